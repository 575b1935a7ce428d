import { clip } from '../../model/clip.js';

const MAX_LENGTH = 256;

/** Text that a client has chosen, no longer than an entry of the audit trail should be; undefined for what is no text. */
export function clipped(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return clip(value, MAX_LENGTH);
}

/**
 * The arguments that an audit trail may have.
 *
 * @param args as the client sent them; unchecked
 * @param allowed names of arguments
 */
export function auditedArguments(
  args: unknown,
  allowed: readonly string[],
): Record<string, unknown> | undefined {
  if (typeof args !== 'object' || args === null) return undefined;
  const audited = allowed
    .filter((name) => Object.hasOwn(args, name))
    .map((name) => [name, summary((args as Record<string, unknown>)[name])]);
  return Object.fromEntries(audited) as Record<string, unknown>;
}

/** An object may have members that nobody has allowed. */
function summary(value: unknown): unknown {
  if (Array.isArray(value)) return `[${value.length} items]`;
  if (typeof value === 'object' && value !== null) return '[object]';
  return clipped(value) ?? value;
}

let at = 0;
let text = '';

/** The time as ISO 8601 has it, put into words once for each of its milliseconds: there may be many entries in one. */
export function isoTime(): string {
  const now = Date.now();
  if (now !== at) {
    at = now;
    text = new Date(now).toISOString();
  }
  return text;
}
