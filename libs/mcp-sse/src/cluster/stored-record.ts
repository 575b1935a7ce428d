import type { SessionRecord } from '../model/cluster/session-record.js';
import { picked, storedHeaders, storedPrincipal, type StoredNames } from '../model/stored-parts.js';

/** Reduces the record of a session to what may be stored: only what is known to be harmless. */
export function storedRecord(record: SessionRecord, names: StoredNames): SessionRecord {
  return {
    ...record,
    principal: storedPrincipal(record.principal, names),
    streamHeaders: storedHeaders(record.streamHeaders, names),
    streamQuery: storedQuery(record.streamQuery, names),
  };
}

/** Text alone, and no member where there is none. */
function storedQuery(query: SessionRecord['streamQuery'], names: StoredNames): SessionRecord['streamQuery'] {
  const named = Object.entries(picked(query ?? {}, names.query));
  const kept = named.filter(([, value]) => [value].flat().every((text) => typeof text === 'string'));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
