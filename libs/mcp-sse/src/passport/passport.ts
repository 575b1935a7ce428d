import { OptionalPeer } from '../model/optional-peer.js';

export const passport = new OptionalPeer('passport', async (failed) => {
  try {
    return await import('passport');
  } catch (error) {
    return failed(error);
  }
});
