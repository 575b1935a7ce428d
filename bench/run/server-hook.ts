/**
 * Preloaded into every server (`--import`, with `--expose-gc`): reports the port that it listens on. On request, collects
 * garbage and reports the remaining memory.
 */
import { Server, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Collects several times, with pauses in which finalizers and close handlers run. */
const COLLECTIONS = 4;
const PAUSE_MS = 50;

const prototype = Server.prototype as { listen: (this: Server, ...args: unknown[]) => Server };
const { listen } = prototype;
prototype.listen = function (...args) {
  this.once('listening', () => process.send!((this.address() as AddressInfo).port));
  return listen.apply(this, args);
};

// The parent process is gone and can no longer stop it.
process.on('disconnect', () => process.exit());

process.on('message', async (question) => {
  if (question !== 'memory') return;
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc!();
    await sleep(PAUSE_MS);
  }
  process.send!(process.memoryUsage());
});
