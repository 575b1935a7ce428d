import type { IncomingHttpHeaders } from 'node:http';

/** Names of headers that tell who somebody is by what only they should have. */
const CREDENTIALS = /authorization|cookie|token|secret|password|(^|-)key$|api-?key|signature|assertion/i;

/** Headers as they may be stored. */
export function withoutCredentials(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.test(name)));
}
