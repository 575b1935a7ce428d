import type { IncomingHttpHeaders } from 'node:http';
import { plainJson } from './plain-json.js';
import type { McpPrincipal } from './principal.js';
import type { ResolvedOptions } from './resolved-options.js';

/** Names of the headers and claims that are stored, in plain text. */
export type StoredNames = ResolvedOptions['stored'];

/** Reduces a principal to what may be stored: only what is known to be harmless. */
export function storedPrincipal(principal: McpPrincipal, names: StoredNames): McpPrincipal {
  const { subject, issuer, tenant, scopes, roles, expiresAt, claims } = principal;
  const kept = plainJson(picked(claims, names.claims)) as McpPrincipal['claims'];
  return { subject, issuer, tenant, scopes, roles, expiresAt, claims: kept };
}

export function storedHeaders(headers: IncomingHttpHeaders, names: StoredNames): IncomingHttpHeaders {
  return picked(headers, names.headers);
}

/** The members with these names. */
export function picked<T extends object>(members: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name))) as Partial<T>;
}
