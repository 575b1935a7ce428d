import { setTimeout as delay } from 'node:timers/promises';
import { ClusterUnavailableError } from '../../model/errors/cluster.errors.js';

const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

/** Does for a client that has come for its stream what needs the cluster: an EventSource would not come again. */
export async function patiently<T>(run: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError) || Date.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}
