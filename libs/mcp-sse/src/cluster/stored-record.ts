import type { IncomingHttpHeaders } from 'node:http';
import type { SessionRecord } from '../model/cluster/session-record.js';
import { plainJson } from '../model/plain-json.js';
import type { ResolvedOptions } from '../model/resolved-options.js';

/** Names of the headers and claims that are stored, in plain text. */
export type StoredNames = ResolvedOptions['stored'];

/** Reduces the record of a session to what may be stored: only what is known to be harmless. */
export function storedRecord(record: SessionRecord, names: StoredNames): SessionRecord {
  const { subject, issuer, tenant, scopes, roles, expiresAt, claims } = record.principal;
  const kept = plainJson(picked(claims, names.claims)) as SessionRecord['principal']['claims'];
  return {
    ...record,
    principal: { subject, issuer, tenant, scopes, roles, expiresAt, claims: kept },
    streamHeaders: storedHeaders(record.streamHeaders, names),
    streamQuery: storedQuery(record.streamQuery, names),
  };
}

export function storedHeaders(headers: IncomingHttpHeaders, names: StoredNames): IncomingHttpHeaders {
  return picked(headers, names.headers);
}

/** Text alone, and no member where there is none. */
function storedQuery(query: SessionRecord['streamQuery'], names: StoredNames): SessionRecord['streamQuery'] {
  const named = Object.entries(picked(query ?? {}, names.query));
  const kept = named.filter(([, value]) => [value].flat().every((text) => typeof text === 'string'));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function picked<T extends object>(members: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name))) as Partial<T>;
}
