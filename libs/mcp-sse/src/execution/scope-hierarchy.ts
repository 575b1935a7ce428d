import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** Which scopes include others: a principal with the broader scope has the narrower ones too. */
export class ScopeHierarchy {
  /** For each scope, the scopes that include it, directly or not. */
  private readonly broader = new Map<string, Set<string>>();

  /** @throws {McpConfigurationError} when a scope includes itself */
  constructor(private readonly included: Readonly<Record<string, readonly string[]>> = {}) {
    for (const scope of Object.keys(included)) this.include(scope, scope, new Set());
  }

  /** Whether a held scope is the given one or includes it. */
  grants(held: readonly string[], scope: string): boolean {
    if (held.includes(scope)) return true;
    const broader = this.broader.get(scope);
    return broader !== undefined && held.some((other) => broader.has(other));
  }

  private include(broadest: string, scope: string, seen: Set<string>): void {
    if (!Object.hasOwn(this.included, scope)) return;
    for (const narrower of this.included[scope]!) {
      if (narrower === broadest)
        throw new McpConfigurationError(
          `\`oauth.scopeHierarchy\` has a circle: "${broadest}" includes itself. Take one of its steps out.`,
        );
      if (seen.has(narrower)) continue;
      seen.add(narrower);
      const broader = this.broader.get(narrower) ?? new Set();
      this.broader.set(narrower, broader.add(broadest));
      this.include(broadest, narrower, seen);
    }
  }
}
