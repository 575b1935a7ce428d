import type { McpSessionView, McpTransportName } from '../model/session-view.js';

/** Which sessions are meant: those that have every value that is given. A principal is a filter too. */
export interface McpSessionFilter {
  readonly subject?: string;
  readonly issuer?: string;
  readonly tenant?: string;
  readonly transport?: McpTransportName;
}

/** Which sessions are meant, as data or as a function that decides for each. */
export type McpSessionSelector = McpSessionFilter | ((session: McpSessionView) => boolean);

/** The function that decides for each session whether it is meant. */
export function sessionMatcher(where: McpSessionSelector): (session: McpSessionView) => boolean {
  if (typeof where === 'function') return where;
  const { subject, issuer, tenant, transport } = where;
  return (session) =>
    isOrUnset(subject, session.principal.subject) &&
    isOrUnset(issuer, session.principal.issuer) &&
    isOrUnset(tenant, session.principal.tenant) &&
    isOrUnset(transport, session.transport);
}

function isOrUnset<T>(wanted: T | undefined, actual: T | undefined): boolean {
  return wanted === undefined || wanted === actual;
}
