import { OptionalPeer } from '../model/optional-peer.js';

type Bullmq = Pick<
  typeof import('bullmq'),
  'DelayedError' | 'UnrecoverableError' | 'WaitingError' | 'Worker'
>;

export const bullmq = new OptionalPeer<Bullmq>('bullmq', async (failed) => {
  try {
    return await import('bullmq');
  } catch (error) {
    return failed(error);
  }
});
