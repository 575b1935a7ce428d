/**
 * Preloaded into every server (`--import`, with `--expose-gc`): tells the port that it listens on, and, when asked,
 * collects garbage and tells what is left.
 */
import { Server, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Several, a moment apart, since finalizers and close handlers run between them. */
const COLLECTIONS = 4;
const PAUSE_MS = 50;

const prototype = Server.prototype as { listen: (this: Server, ...args: unknown[]) => Server };
const { listen } = prototype;
prototype.listen = function (...args) {
  this.once('listening', () => process.send!((this.address() as AddressInfo).port));
  return listen.apply(this, args);
};

// Whoever started it is gone, and would not stop it any more.
process.on('disconnect', () => process.exit());

process.on('message', async (question) => {
  if (question !== 'memory') return;
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc!();
    await sleep(PAUSE_MS);
  }
  process.send!(process.memoryUsage());
});
