import type { SessionRecord } from '../../model/cluster/session-record.js';
import { plainJson } from '../../model/plain-json.js';

/** Names of headers that tell who somebody is by what only they should have. */
const CREDENTIAL_HEADERS =
  /authorization|cookie|token|secret|password|(^|-)key$|api-?key|signature|assertion/i;

/** The same of members of a user, as applications put them there. */
const CREDENTIAL_CLAIMS =
  /(access|refresh|id|bearer|session|csrf)[_-]?token|^(token|jwt)$|secret|passw(or)?d|passphrase|cookie|authorization$|(api|private)[_-]?key|credential/i;

/**
 * The record of a session as it may be stored: without what someone could use who reads it.
 *
 * @param credentialHeader name of a header that carries keys here, whatever it is called
 */
export function storedRecord(record: SessionRecord, credentialHeader?: string): SessionRecord {
  const { principal, streamHeaders } = record;
  const isCredential = (name: string) =>
    name.toLowerCase() === credentialHeader?.toLowerCase() || CREDENTIAL_HEADERS.test(name);
  const claims = plainJson(principal.claims, (name) => CREDENTIAL_CLAIMS.test(name));
  return {
    ...record,
    principal: { ...principal, claims: claims as SessionRecord['principal']['claims'] },
    streamHeaders: Object.fromEntries(Object.entries(streamHeaders).filter(([name]) => !isCredential(name))),
  };
}
