import { OptionalPeer } from '../model/optional-peer.js';

export const promClient = new OptionalPeer<typeof import('prom-client')>('prom-client', async (failed) => {
  try {
    return await import('prom-client');
  } catch (error) {
    return failed(error);
  }
});
