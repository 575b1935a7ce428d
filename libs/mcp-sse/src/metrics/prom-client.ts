import { OptionalPeer } from '../model/optional-peer.js';

export const promClient = new OptionalPeer('prom-client', async (failed) => {
  try {
    return await import('prom-client');
  } catch (error) {
    return failed(error);
  }
});
