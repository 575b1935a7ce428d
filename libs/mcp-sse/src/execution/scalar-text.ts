import { types } from 'node:util';

/** What is one text, though not a string: a bigint, a Date, a URL. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  if (types.isDate(value)) return value.toISOString();
  return value instanceof URL ? value.href : undefined;
}
