/**
 * How `McpIntrospectionGuard` checks opaque bearer tokens: it asks the authorization server.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export interface McpIntrospectionOptions {
  /** The introspection endpoint. */
  url: string;
  /** Whom the authorization server knows this server as, by HTTP Basic authentication. */
  clientId: string;
  clientSecret: string;
  /** Accepted `aud`. Needed under `NODE_ENV=production`, as it is for JWTs. */
  audience?: string | string[];
  /**
   * How long an answer is believed, 30000 by default and never beyond the token's expiry; 0 asks at each request.
   * For as long a token that was revoked still opens the server.
   */
  cacheMs?: number;
  /** How long the authorization server has to answer, 5000 by default. */
  timeoutMs?: number;
}
