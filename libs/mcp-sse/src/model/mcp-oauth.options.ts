/**
 * What clients are told about where to get a token. Each route that clients connect to has its metadata below
 * `/.well-known/oauth-protected-resource`, and each 401 names it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728
 */
export interface McpOAuthOptions {
  /** URLs of the authorization servers. By default `auth.jwt.issuer`, where it is a URL and there is a `jwksUri`. */
  authorizationServers?: string[];
  /** Every scope that a client may ask for. */
  scopesSupported?: string[];
  /** Scopes that a client is to ask for to connect, named in each 401; none by default. */
  scopes?: string[];
  /**
   * Scopes that each broader scope includes, such as `{ 'orders:write': ['orders:read'] }`; none by default. Transitive;
   * a circle stops the boot.
   */
  scopeHierarchy?: Record<string, string[]>;
  /** Name of the resource for people; the server's `title` or `name` unless given. */
  resourceName?: string;
}
