import { isFields, isText } from '../model/cluster/shape.js';
import type { McpSessionFilter } from '../sessions/session-filter.js';

const NAMES = ['subject', 'issuer', 'tenant', 'transport'] as const;

/** A filter as JSON, which has no `undefined`: null stands for it. */
export type SharedFilter = Readonly<Partial<Record<(typeof NAMES)[number], string | null>>>;

export function sharedFilter(where: McpSessionFilter): SharedFilter {
  const given = NAMES.filter((name) => name in where);
  return Object.fromEntries(given.map((name) => [name, where[name] ?? null]));
}

/** Refuses a filter with an unknown member: without that member it would select more. */
export function isSharedFilter(value: unknown): value is SharedFilter {
  const isKnown = ([name, wanted]: [string, unknown]) =>
    NAMES.some((known) => known === name) && (wanted === null || isText(wanted));
  return isFields(value) && Object.entries(value).every(isKnown);
}

export function filterOf(shared: SharedFilter): McpSessionFilter {
  return Object.fromEntries(Object.entries(shared).map(([name, value]) => [name, value ?? undefined]));
}
