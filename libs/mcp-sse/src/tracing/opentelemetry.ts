import { OptionalPeer } from '../model/optional-peer.js';

export const openTelemetry = new OptionalPeer<typeof import('@opentelemetry/api')>(
  '@opentelemetry/api',
  async (failed) => {
    try {
      return await import('@opentelemetry/api');
    } catch (error) {
      return failed(error);
    }
  },
);
