import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';

/**
 * Which sessions are meant: those that have every value that is given. A value that is given as `undefined`, as a
 * tenant that a principal does not have, is had by those without one. A principal is a filter too.
 */
export interface McpSessionFilter {
  readonly subject?: string;
  readonly issuer?: string;
  readonly tenant?: string;
  readonly transport?: McpTransportName;
}

/** Which sessions are meant, as data or as a function that decides for each. */
export type McpSessionSelector = McpSessionFilter | ((session: McpSessionView) => boolean);

/** Where nothing is said of tenants, none is reached: what is meant for one must not be seen by another. */
export const WITHOUT_TENANT: McpSessionFilter = { tenant: undefined };

const OF_PRINCIPAL = ['subject', 'issuer', 'tenant'] as const;

/** The function that decides for each session whether it is meant. */
export function sessionMatcher(where: McpSessionSelector): (session: McpSessionView) => boolean {
  return typeof where === 'function' ? where : clientMatcher(where);
}

/** The function that decides for each client, with or without a session, whether it is meant. */
export function clientMatcher(
  where: McpSessionFilter,
): (client: Pick<McpSessionView, 'principal' | 'transport'>) => boolean {
  const given = OF_PRINCIPAL.filter((name) => name in where);
  const isTransportGiven = 'transport' in where;
  return ({ principal, transport }) =>
    given.every((name) => principal[name] === where[name]) &&
    (!isTransportGiven || transport === where.transport);
}

/** Whether every session of a principal is meant, whichever those are. A function says nothing of that. */
export function selectsPrincipal(where: McpSessionSelector, principal: McpPrincipal): boolean {
  if (typeof where === 'function' || 'transport' in where) return false;
  return OF_PRINCIPAL.every((name) => !(name in where) || principal[name] === where[name]);
}
