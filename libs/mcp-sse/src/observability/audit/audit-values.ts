import { clip } from '../../model/clip.js';

const MAX_LENGTH = 256;

/** Text of a client, cut to the length that an audit entry allows; undefined if the value is no text. */
export function clipped(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return clip(value, MAX_LENGTH);
}

/**
 * The arguments of a call that the audit trail may have.
 *
 * @param args as the client sent them, unchecked
 * @param allowed names of the arguments
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

/** Says only what an object or array is, since its members were not allowed one by one. */
function summary(value: unknown): unknown {
  if (Array.isArray(value)) return `[${value.length} items]`;
  if (typeof value === 'object' && value !== null) return '[object]';
  return clipped(value) ?? value;
}
