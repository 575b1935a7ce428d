/**
 * Tells clients where to get a token. Each route that clients connect to has metadata below
 * `/.well-known/oauth-protected-resource`, which each 401 names.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728
 */
export interface McpOAuthOptions {
  /** URLs of the authorization servers. By default `auth.jwt.issuer`, if it is a URL and `jwksUri` is set. */
  authorizationServers?: string[];
  /** All scopes that clients may request. */
  scopesSupported?: string[];
  /** Scopes that a client needs to connect, named in each 401. None by default. */
  scopes?: string[];
  /**
   * Scopes that each broader scope includes, such as `{ 'orders:write': ['orders:read'] }`. None by default. Applies
   * transitively; a cycle stops the boot.
   */
  scopeHierarchy?: Record<string, string[]>;
  /** Display name of the resource, by default the server's `title` or `name`. */
  resourceName?: string;
}
