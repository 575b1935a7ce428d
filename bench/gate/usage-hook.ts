/**
 * Preloaded into a server: counts socket writes and reports the bytes allocated since the last request. The young
 * generation is so large that nothing is collected in between.
 */
import { Socket } from 'node:net';

export interface Usage {
  readonly socketWrites: number;
  readonly allocatedBytes: number;
}

type Write = (this: Socket, ...args: unknown[]) => void;

let socketWrites = 0;
const prototype = Socket.prototype as unknown as Record<'_write' | '_writev', Write>;
for (const name of ['_write', '_writev'] as const) {
  const write = prototype[name];
  prototype[name] = function (...args) {
    socketWrites++;
    write.apply(this, args);
  };
}

let before = 0;
process.on('message', (question) => {
  if (question !== 'usage') return;
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const usage: Usage = { socketWrites, allocatedBytes: heapUsed + arrayBuffers - before };
  socketWrites = 0;
  globalThis.gc!();
  const after = process.memoryUsage();
  before = after.heapUsed + after.arrayBuffers;
  process.send!(usage);
});
