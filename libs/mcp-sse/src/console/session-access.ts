import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView } from '../model/session-view.js';

const NOBODY = principalKey(ANONYMOUS);

/** Sessions that are seen together: those of a principal, or those of a tenant. */
export type SessionScope = string;

type OfPrincipal = Pick<McpSessionView, 'principal'>;

/** The scopes that a session is in. */
export function scopesOf({ principal }: OfPrincipal): readonly SessionScope[] {
  return [ofPrincipal(principal), ofTenant(principal)];
}

/** Who may see which sessions, and what goes through them. */
export class SessionAccess {
  /**
   * @param roles whose holders see every session of their tenant
   * @param isProtected whether the server authenticates: who is anonymous there may be anybody
   */
  constructor(
    private readonly roles: readonly string[],
    private readonly isProtected: boolean,
  ) {}

  /** Whether a viewer sees the sessions of others. */
  seesOthers(viewer: McpPrincipal): boolean {
    return !this.isAnybody(viewer) && viewer.roles.some((role) => this.roles.includes(role));
  }

  /** @returns undefined for who sees no session */
  scopeOf(viewer: McpPrincipal): SessionScope | undefined {
    if (this.isAnybody(viewer)) return undefined;
    return this.seesOthers(viewer) ? ofTenant(viewer) : ofPrincipal(viewer);
  }

  sees(viewer: McpPrincipal, session: OfPrincipal): boolean {
    const scope = this.scopeOf(viewer);
    return scope !== undefined && scopesOf(session).includes(scope);
  }

  private isAnybody(viewer: McpPrincipal): boolean {
    return this.isProtected && principalKey(viewer) === NOBODY;
  }
}

function ofPrincipal(principal: McpPrincipal): SessionScope {
  return `principal ${principalKey(principal)}`;
}

function ofTenant({ tenant }: McpPrincipal): SessionScope {
  return `tenant ${JSON.stringify(tenant ?? null)}`;
}
