import { ANONYMOUS_KEY, principalKey, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView } from '../model/session-view.js';

/** A set of sessions that a viewer may see: those of one principal, or those of one tenant. */
export type SessionScope = string;

type OfPrincipal = Pick<McpSessionView, 'principal'>;

/** The scopes that include a session. */
export function scopesOf({ principal }: OfPrincipal): readonly SessionScope[] {
  return [ofPrincipal(principal), ofTenant(principal)];
}

/** Decides which sessions, with their messages, a viewer may see. */
export class SessionAccess {
  /**
   * @param roles whose holders see every session of their tenant
   * @param isProtected whether the server authenticates; if it does, an anonymous viewer sees nothing
   */
  constructor(
    private readonly roles: readonly string[],
    private readonly isProtected: boolean,
  ) {}

  /** Whether a viewer sees the sessions of others. */
  seesOthers(viewer: McpPrincipal): boolean {
    return !this.isUnauthenticated(viewer) && viewer.roles.some((role) => this.roles.includes(role));
  }

  /** @returns undefined if the viewer may see no session */
  scopeOf(viewer: McpPrincipal): SessionScope | undefined {
    if (this.isUnauthenticated(viewer)) return undefined;
    return this.seesOthers(viewer) ? ofTenant(viewer) : ofPrincipal(viewer);
  }

  sees(viewer: McpPrincipal, session: OfPrincipal): boolean {
    const scope = this.scopeOf(viewer);
    return scope !== undefined && scopesOf(session).includes(scope);
  }

  private isUnauthenticated(viewer: McpPrincipal): boolean {
    return this.isProtected && principalKey(viewer) === ANONYMOUS_KEY;
  }
}

function ofPrincipal(principal: McpPrincipal): SessionScope {
  return `principal ${principalKey(principal)}`;
}

function ofTenant({ tenant }: McpPrincipal): SessionScope {
  return `tenant ${JSON.stringify(tenant ?? null)}`;
}
