/**
 * The user or client that a request acts for. A session belongs to the principal that opened it. Issuer, tenant and
 * subject identify a principal, not a particular token, so a refreshed token keeps its session.
 */
export interface McpPrincipal {
  /** Identifier of the user or client, unique within its issuer (`sub` of a JWT). */
  readonly subject: string;
  /** The authority that identifies the subject (`iss` of a JWT). */
  readonly issuer?: string;
  /** The customer or organisation that the subject acts for. */
  readonly tenant?: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** When the principal's credential expires (`exp` of a JWT), in milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Everything else that is known about the principal, such as the claims of its token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The principal of unauthenticated requests. */
export const ANONYMOUS: McpPrincipal = Object.freeze({
  subject: 'anonymous',
  issuer: 'nestjs-mcp-sse',
  scopes: Object.freeze([]),
  roles: Object.freeze([]),
  claims: Object.freeze({}),
});

/** A key that is equal for two principals exactly if issuer, tenant and subject are. */
export function principalKey(principal: McpPrincipal): string {
  return JSON.stringify([principal.issuer ?? null, principal.tenant ?? null, principal.subject]);
}

/** The key of {@link ANONYMOUS}. */
export const ANONYMOUS_KEY = principalKey(ANONYMOUS);

/** Whether two principals have the same issuer, tenant and subject. */
export function isSamePrincipal(one: McpPrincipal, other: McpPrincipal): boolean {
  return (
    one === other ||
    (one.subject === other.subject &&
      (one.issuer ?? null) === (other.issuer ?? null) &&
      (one.tenant ?? null) === (other.tenant ?? null))
  );
}
