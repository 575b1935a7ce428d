/** A request that is not authenticated yet. */
export interface McpAuthenticationAttempt {
  /** IP address of the client, or of a proxy not listed in `trustedProxies`. Empty on a Unix socket. */
  readonly address: string;
  /**
   * SHA-256 of the API key or the bearer token, or of an `Authorization` header of another scheme; undefined if the
   * request has none of them.
   */
  readonly credential?: string;
}

/** Slows down clients that guess keys and tokens. The option `authenticationLimit` names the class. */
export interface McpAuthenticationLimit {
  /** Milliseconds until the client may try again. 0 lets the request in; otherwise it gets 429. */
  waitMs(attempt: McpAuthenticationAttempt): number;
  /** Called when the guards have let the request in. */
  succeeded(attempt: McpAuthenticationAttempt): void;
  /** Called when a guard has answered 401. */
  failed(attempt: McpAuthenticationAttempt): void;
}
