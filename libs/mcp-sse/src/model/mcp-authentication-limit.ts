/** What is known of a request before anybody has checked who sent it. */
export interface McpAuthenticationAttempt {
  /** IP address of the client; the proxy's, unless it is one of `trustedProxies`. Empty on a Unix socket. */
  readonly address: string;
  /** SHA-256 of the API key or of the `Authorization` header; undefined where there is neither. */
  readonly credential?: string;
}

/** Keeps clients from trying keys and tokens at full speed: the class that `authenticationLimit` names. */
export interface McpAuthenticationLimit {
  /** How long the client must wait before it may try again; 0 lets it try now. More is answered with 429. */
  waitMs(attempt: McpAuthenticationAttempt): number;
  /** The guards have let the request in. */
  succeeded(attempt: McpAuthenticationAttempt): void;
  /** A guard has answered 401. */
  failed(attempt: McpAuthenticationAttempt): void;
}
