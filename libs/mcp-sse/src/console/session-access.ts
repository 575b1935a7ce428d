import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView } from '../model/session-view.js';

const NOBODY = principalKey(ANONYMOUS);

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

  sees(viewer: McpPrincipal, { principal }: Pick<McpSessionView, 'principal'>): boolean {
    if (this.isAnybody(viewer)) return false;
    if (principalKey(viewer) === principalKey(principal)) return true;
    return this.seesOthers(viewer) && viewer.tenant === principal.tenant;
  }

  private isAnybody(viewer: McpPrincipal): boolean {
    return this.isProtected && principalKey(viewer) === NOBODY;
  }
}
