import { OptionalPeer } from '../model/optional-peer.js';

type Ioredis = Pick<typeof import('ioredis'), 'Cluster' | 'Redis' | 'ReplyError'>;

export const ioredis = new OptionalPeer<Ioredis>('ioredis', async (failed) => {
  try {
    return await import('ioredis');
  } catch (error) {
    return failed(error);
  }
});
