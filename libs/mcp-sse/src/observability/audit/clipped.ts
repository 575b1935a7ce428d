import { beginningOf } from '../../model/beginning-of.js';

const MAX_LENGTH = 256;

/** Text that a client has chosen, no longer than an entry of the audit trail should be; undefined for what is no text. */
export function clipped(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.length > MAX_LENGTH ? `${beginningOf(value, MAX_LENGTH)}…` : value;
}
