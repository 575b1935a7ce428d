/**
 * Preloaded into every server (`--import`, with `--expose-gc`): reports the port that it listens on. On request, collects
 * garbage and reports the remaining memory, or reports CPU time or what the boot took.
 */
import { Server, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Collects several times, with pauses in which finalizers and close handlers run. */
const COLLECTIONS = 4;
const PAUSE_MS = 50;

/** From the start of the process, in milliseconds; `createdMs` where a server marks it. */
export interface Boot {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly createdMs?: number;
}

let boot: Boot | undefined;

const prototype = Server.prototype as { listen: (this: Server, ...args: unknown[]) => Server };
const { listen } = prototype;
prototype.listen = function (...args) {
  this.once('listening', () => {
    boot ??= {
      wallMs: performance.now(),
      cpuMs: cpuMs(),
      createdMs: performance.getEntriesByName('create')[0]?.startTime,
    };
    process.send!((this.address() as AddressInfo).port);
  });
  return listen.apply(this, args);
};

// The parent process is gone and can no longer stop it.
process.on('disconnect', () => process.exit());

process.on('message', async (question) => {
  if (question === 'cpu') process.send!(cpuMs());
  if (question === 'boot') process.send!(boot!);
  if (question !== 'memory') return;
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc!();
    await sleep(PAUSE_MS);
  }
  process.send!(process.memoryUsage());
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
