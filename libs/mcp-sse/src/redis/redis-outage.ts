import { ReplyError } from 'ioredis';

/** Replies of a Redis that cannot be used now. Within a script, older ones have them inside another error. */
const UNUSABLE =
  /\b(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|OOM|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|DENIED|max number of clients)\b/;
/** Errors of programs, which may be of another realm: tests have several. */
const OWN = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/** Whether an error of ioredis says that Redis is away. Any other is the failure of one command. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isReply = error instanceof (ReplyError as new () => Error);
  return isReply ? UNUSABLE.test(error.message) : !OWN.has((error as Error).name);
}

/** Whether a Redis refuses to be written to because another one has taken its place. */
export function isReplica(error: unknown): boolean {
  return error instanceof Error && error.message.includes('READONLY');
}

/** Whether a key is of another type than nodes write. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
