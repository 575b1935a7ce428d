import { isFields, isText } from '../model/cluster/shape.js';
import type { McpSessionFilter } from '../sessions/session-filter.js';

const NAMES = ['subject', 'issuer', 'tenant', 'transport'] as const;

/** A filter as JSON, which has no `undefined`: what is given as that is null. What is not given is not there. */
export type SharedFilter = Readonly<Partial<Record<(typeof NAMES)[number], string | null>>>;

/** @returns what {@link filterOf} makes the same filter of */
export function sharedFilter(where: McpSessionFilter): SharedFilter {
  const given = NAMES.filter((name) => name in where);
  return Object.fromEntries(given.map((name) => [name, where[name] ?? null]));
}

/** A filter with a member that is not known here is none: without that member it would select more. */
export function isSharedFilter(value: unknown): value is SharedFilter {
  const isKnown = ([name, wanted]: [string, unknown]) =>
    NAMES.some((known) => known === name) && (wanted === null || isText(wanted));
  return isFields(value) && Object.entries(value).every(isKnown);
}

export function filterOf(shared: SharedFilter): McpSessionFilter {
  return Object.fromEntries(Object.entries(shared).map(([name, value]) => [name, value ?? undefined]));
}
