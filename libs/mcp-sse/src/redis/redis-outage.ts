import { ioredis } from './ioredis.js';

/** Replies of a Redis that cannot be used now. Older versions wrap them in another error within a script. */
const UNUSABLE =
  /\b(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|DENIED|max number of clients)\b/;
/** Errors of programs, by name: under Jest, they may come from another realm. */
const OWN = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/** Whether an error of ioredis means that Redis cannot be reached, rather than that one command failed. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isReply = error instanceof (ioredis.package.ReplyError as new () => Error);
  return isReply ? UNUSABLE.test(error.message) : !OWN.has((error as Error).name);
}

/** Whether a Redis refuses to write because another one has replaced it. */
export function isReplica(error: unknown): boolean {
  return error instanceof Error && error.message.includes('READONLY');
}

/** Whether a key has another type than nodes write. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
