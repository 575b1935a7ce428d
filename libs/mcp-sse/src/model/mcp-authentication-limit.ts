/** A request before anybody has checked who sent it. */
export interface McpAuthenticationAttempt {
  /** IP address of the client, or of a proxy that is not one of `trustedProxies`. Empty on a Unix socket. */
  readonly address: string;
  /** SHA-256 of the API key or the `Authorization` header; undefined if the request has neither. */
  readonly credential?: string;
}

/** Slows down clients that try keys and tokens. The option `authenticationLimit` names the class. */
export interface McpAuthenticationLimit {
  /** Milliseconds that the client must wait before it may try again. 0 lets it try now, more is answered by 429. */
  waitMs(attempt: McpAuthenticationAttempt): number;
  /** Called when the guards have let the request in. */
  succeeded(attempt: McpAuthenticationAttempt): void;
  /** Called when a guard has answered 401. */
  failed(attempt: McpAuthenticationAttempt): void;
}
