/**
 * How `McpIntrospectionGuard` checks opaque bearer tokens: it asks the authorization server.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export interface McpIntrospectionOptions {
  /** The introspection endpoint. */
  url: string;
  /** Credentials of this server at the authorization server, sent by HTTP Basic authentication. */
  clientId: string;
  clientSecret: string;
  /** Accepted `aud`, such as `https://mcp.example.com/mcp`. Required under `NODE_ENV=production`. */
  audience?: string | string[];
  /**
   * Milliseconds that a positive response is cached, 30000 by default and never beyond the token's expiry; 0 asks for
   * each request. A revoked token is still accepted for that long.
   */
  cacheMs?: number;
  /** Milliseconds that the authorization server has to answer, 5000 by default. */
  timeoutMs?: number;
}
