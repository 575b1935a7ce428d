import { clipped } from './clipped.js';

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
