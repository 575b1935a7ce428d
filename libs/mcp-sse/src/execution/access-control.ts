import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { McpAccess, McpDefinition } from '../model/definitions.js';
import { andThen } from '../model/and-then.js';
import { InsufficientScopeError } from '../model/errors/json-rpc.error.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpPolicy, Viewer } from '../model/mcp-policy.js';
import type { McpPrincipal } from '../model/principal.js';
import { providedInstance } from '../nest/provided-instance.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { isPicked, pickedToolsets } from './picked-toolsets.js';
import { ScopeHierarchy } from './scope-hierarchy.js';

/** Whether a principal may use a feature. With `scope-missing` lists hide the feature, and an error may name the scope. */
export type Verdict = 'granted' | 'hidden' | 'scope-missing';

/** Decides who may see and use a feature, from its decorators, the options `policy` and `toolsets`, and the client's URL. */
@Injectable()
export class AccessControl implements OnModuleInit {
  private policy?: McpPolicy;
  private readonly hierarchy: ScopeHierarchy;

  /** @throws {McpConfigurationError} */
  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly moduleRef: ModuleRef,
  ) {
    if (options.toolsets !== undefined && typeof options.toolsets !== 'function')
      throw new McpConfigurationError(
        '"toolsets" must be a function that returns the toolsets of a principal: ' +
          '(principal) => principal.roles. Clients pick toolsets by their URL, without an option.',
      );
    this.hierarchy = new ScopeHierarchy(options.oauth?.scopeHierarchy);
  }

  async onModuleInit(): Promise<void> {
    const { policy } = this.options;
    this.policy = policy && (await providedInstance(this.moduleRef, policy));
  }

  /** Synchronous unless the policy returns a promise. Rejects when the policy throws. */
  verdict(definition: McpDefinition, context: Viewer): Verdict | Promise<Verdict> {
    const entitlement = this.entitlement(definition, context);
    const { toolsets } = definition.access;
    if (!toolsets || isPicked(toolsets, pickedToolsets(context))) return entitlement;
    return andThen(entitlement, () => 'hidden' as const);
  }

  /** The verdict on any URL. */
  entitlement(definition: McpDefinition, context: Viewer): Verdict | Promise<Verdict> {
    const { access } = definition;
    const { principal } = context;
    if (!this.policy || access.public) return this.declared(access, principal);
    const conclude = (accepted: boolean) => (accepted === true ? this.declared(access, principal) : 'hidden');
    try {
      // Asked even when the decorators refuse: the time it takes must not tell a hidden feature from an unknown one.
      const accepts = this.policy.canAccess(principal, definition, context);
      return typeof accepts === 'boolean' ? conclude(accepts) : Promise.resolve(accepts).then(conclude);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Whether a principal may see and use something. Rejects when the policy throws. */
  grants(definition: McpDefinition, context: Viewer): boolean | Promise<boolean> {
    return andThen(this.verdict(definition, context), isGranted);
  }

  /**
   * @param found the feature that a request names, if there is one
   * @param peers every feature that it could have named
   * @returns what it names, if the principal may use it: what is hidden is as good as unknown. At once, or when the
   *   policy has decided
   * @throws {InsufficientScopeError}
   */
  admit<Feature extends { readonly definition: McpDefinition }>(
    found: Feature | undefined,
    peers: Iterable<Feature>,
    context: Viewer,
  ): Feature | undefined | Promise<Feature | undefined> {
    const asked = found ?? this.standIn(peers);
    if (!asked) return undefined;
    return andThen(this.verdict(asked.definition, context), (verdict) => {
      if (found && verdict === 'scope-missing')
        throw new InsufficientScopeError(found.definition.access.scopes);
      return verdict === 'granted' ? found : undefined;
    });
  }

  /** The verdict without the policy and the URL. */
  declared({ scopes, roles, toolsets }: McpAccess, principal: McpPrincipal): Verdict {
    if (toolsets && !this.hasToolset(principal, toolsets)) return 'hidden';
    if (roles.length > 0 && !roles.some((role) => principal.roles.includes(role))) return 'hidden';
    for (const scope of scopes) if (!this.hierarchy.grants(principal.scopes, scope)) return 'scope-missing';
    return 'granted';
  }

  private hasToolset(principal: McpPrincipal, toolsets: readonly string[]): boolean {
    const own = this.options.toolsets?.(principal);
    if (own === undefined) return true;
    // A string would include each of its parts.
    if (Array.isArray(own)) return toolsets.some((name) => own.includes(name));
    throw new TypeError('"toolsets" must return an array of names, or undefined for all toolsets.');
  }

  /** A feature to ask the policy about in place of one that does not exist, so that the answer takes as long. */
  private standIn<Feature extends { readonly definition: McpDefinition }>(
    peers: Iterable<Feature>,
  ): Feature | undefined {
    if (this.policy) for (const peer of peers) if (!peer.definition.access.public) return peer;
    return undefined;
  }
}

function isGranted(verdict: Verdict): boolean {
  return verdict === 'granted';
}
