/**
 * Tells clients where to get a token. Each route that clients connect to has its metadata below
 * `/.well-known/oauth-protected-resource`, and each 401 names it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728
 */
export interface McpOAuthOptions {
  /** URLs of the authorization servers. By default `auth.jwt.issuer`, if it is a URL and `jwksUri` is set. */
  authorizationServers?: string[];
  /** Every scope that a client may ask for. */
  scopesSupported?: string[];
  /** Scopes that a client needs to connect, named in each 401; none by default. */
  scopes?: string[];
  /**
   * Scopes that each broader scope includes, such as `{ 'orders:write': ['orders:read'] }`; none by default. They are
   * transitive, and a circle stops the boot.
   */
  scopeHierarchy?: Record<string, string[]>;
  /** A name of the resource for people, by default the server's `title` or `name`. */
  resourceName?: string;
}
