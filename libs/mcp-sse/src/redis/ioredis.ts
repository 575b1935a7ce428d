import { OptionalPeer } from '../model/optional-peer.js';

export const ioredis = new OptionalPeer('ioredis', async (failed) => {
  try {
    return await import('ioredis');
  } catch (error) {
    return failed(error);
  }
});
