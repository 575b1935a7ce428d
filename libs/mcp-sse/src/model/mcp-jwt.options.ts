/** How `McpJwtAuthGuard` checks bearer tokens. Set either `secretOrKey` or `jwksUri`. */
export interface McpJwtOptions {
  /** The key: a secret of at least 32 bytes for HS algorithms, a public key in PEM for the others. */
  secretOrKey?: string | Buffer;
  /** URL of the authorization server's key set (RFC 7517). Keys are cached; a new key is fetched when a token uses it. */
  jwksUri?: string;
  /**
   * Milliseconds that keys of `jwksUri` are trusted after the last fetch, 600000 by default. They are fetched again after
   * half of that, so that shorter outages go unnoticed and withdrawn keys are refused soon.
   */
  jwksMaxAgeMs?: number;
  /** Milliseconds that the server of `jwksUri` has to answer, 5000 by default. */
  jwksTimeoutMs?: number;
  /** Accepted algorithms: `['HS256']` by default; with `jwksUri` all of RS, PS and ES by default, and never HS. */
  algorithms?: (
    | 'HS256'
    | 'HS384'
    | 'HS512'
    | 'RS256'
    | 'RS384'
    | 'RS512'
    | 'ES256'
    | 'ES384'
    | 'ES512'
    | 'PS256'
    | 'PS384'
    | 'PS512'
  )[];
  /** Accepted `iss`, such as `https://login.example.com`. Required with `jwksUri` under `NODE_ENV=production`. */
  issuer?: string | string[];
  /**
   * Accepted `aud`: the URLs that clients connect to, or this server's name at the authorization server. Required with
   * `jwksUri` under `NODE_ENV=production`: otherwise tokens for any other service of the issuer are accepted.
   */
  audience?: string | string[];
  /** Whether a token must have an `exp`, `true` by default. A token without `exp` never expires. */
  requireExpiry?: boolean;
  /**
   * Maximum lifetime of a token in seconds, from its `iat` (or from now, without an `iat`) to its `exp`. Unlimited by
   * default. Tokens that live longer or never expire get 401.
   */
  maxLifetimeSeconds?: number;
  /** Seconds that the clocks of issuer and server may differ by when `exp` and `nbf` are checked, 0 by default. */
  clockToleranceSeconds?: number;
}
