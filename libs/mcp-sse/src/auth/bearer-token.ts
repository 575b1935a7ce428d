import type { IncomingHttpHeaders } from 'node:http';

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +([^ ].*)$/i.exec(authorization ?? '')?.[1];
}
