import type { IncomingHttpHeaders } from 'node:http';

/** The parameters of a `WWW-Authenticate: Bearer` challenge. */
export interface BearerChallengeParameters {
  readonly error?: 'invalid_token' | 'insufficient_scope';
  /** Scopes that the token needs. */
  readonly scopes?: readonly string[];
  /** URL of the protected resource metadata, which names the authorization servers. */
  readonly resourceMetadata?: string;
}

/**
 * Formats the value of `WWW-Authenticate`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-5.1
 */
export function bearerChallenge({ error, scopes = [], resourceMetadata }: BearerChallengeParameters): string {
  const parameters = Object.entries({
    error,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    resource_metadata: resourceMetadata,
  }).filter(([, value]) => value !== undefined);
  return ['Bearer', parameters.map(([name, value]) => `${name}="${value}"`).join(', ')].join(' ').trimEnd();
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +([^ ].*)$/i.exec(authorization ?? '')?.[1];
}
