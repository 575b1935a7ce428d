/** How `McpJwtAuthGuard` checks bearer tokens: by one of `secretOrKey` and `jwksUri`. */
export interface McpJwtOptions {
  /** The key: a secret of 32 bytes or more for HS algorithms, a public key in PEM for the others. */
  secretOrKey?: string | Buffer;
  /** URL of the authorization server's key set (RFC 7517). Its keys are cached, and new ones are found when used. */
  jwksUri?: string;
  /**
   * How long keys of `jwksUri` are believed without word from the server, 600000 by default. They are asked for
   * anew after half of that, so a shorter outage goes unnoticed, and a key that was withdrawn is soon refused.
   */
  jwksMaxAgeMs?: number;
  /** How long the server of `jwksUri` has to answer, 5000 by default. */
  jwksTimeoutMs?: number;
  /** Accepted algorithms: `['HS256']` by default, and with `jwksUri` every RS, PS and ES one; never HS ones there. */
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
  /** Accepted `iss`. Needed with `jwksUri` under `NODE_ENV=production`. */
  issuer?: string | string[];
  /**
   * Accepted `aud`: the URLs that clients know the server by, or what the authorization server calls it. Needed with
   * `jwksUri` under `NODE_ENV=production`: otherwise a token for any other service of the issuer opens this one.
   */
  audience?: string | string[];
  /** Whether a token must have an `exp`, `true` by default. A token without one is valid for ever. */
  requireExpiry?: boolean;
  /**
   * Longest lifetime of a token in seconds, from its `iat` to its `exp`, or from now on without an `iat`. Unlimited by
   * default. A token that lives longer, or for ever, gets 401.
   */
  maxLifetimeSeconds?: number;
  /** By how much the clocks of issuer and server may differ at `exp` and `nbf`, 0 by default. */
  clockToleranceSeconds?: number;
}
