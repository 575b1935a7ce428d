/**
 * Preloaded into every server (`--import`, with `--expose-gc`): collects garbage when the load asks for it, and
 * answers with what is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Several, a moment apart, since finalizers and close handlers run between them. */
const COLLECTIONS = 4;
const PAUSE_MS = 50;

process.on('message', async (question) => {
  if (question !== 'memory') return;
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc!();
    await sleep(PAUSE_MS);
  }
  process.send!(process.memoryUsage());
});
