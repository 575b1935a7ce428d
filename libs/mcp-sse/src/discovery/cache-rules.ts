import { Inject, Injectable } from '@nestjs/common';
import type { McpCacheHint } from '../model/cache-hint.js';
import type { McpAccess, McpDefinition } from '../model/definitions.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { isProtected } from '../model/protection.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';

/** Facts about a resource that are known before it is read. */
export interface ReadSubject {
  readonly access: McpAccess;
  /** Whether a guard of its method or class decides about each read. */
  readonly isGuarded: boolean;
  /** Where it is declared, for messages. */
  readonly where: string;
}

/**
 * Decides how long, and for whom, clients may keep results. A `public` result may reach callers that the server never
 * asked who they are, so nothing that depends on the caller is `public`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching#security-considerations
 */
@Injectable()
export class CacheRules {
  private readonly usual: McpCacheHint;
  private readonly usualButPrivate: McpCacheHint;

  /** @throws {McpConfigurationError} */
  constructor(@Inject(MCP_OPTIONS) private readonly options: ResolvedOptions) {
    const { cache } = options;
    assertHint(cache, '"cache" of McpSseModule');
    this.usual = cache;
    this.usualButPrivate = { ttlMs: cache.ttlMs, scope: 'private' };
  }

  /** @param items all items of the list, also those that a caller does not see */
  ofList(items: readonly McpDefinition[]): McpCacheHint {
    return items.every((item) => this.isSeenByAll(item)) ? this.usual : this.usualButPrivate;
  }

  /**
   * @param declared the `cache` option of the resource
   * @throws {McpConfigurationError} when it is wrong, or `public` where the caller decides what is read
   */
  ofRead(declared: McpCacheHint | undefined, subject: ReadSubject): McpCacheHint {
    const reason = this.reasonForPrivacy(subject);
    if (!declared) return reason === undefined ? this.usual : this.usualButPrivate;
    const { access, where } = subject;
    assertHint(declared, `"cache" of ${where}`);
    if (declared.scope === 'public' && reason !== undefined && !access.public)
      throw new McpConfigurationError(
        `"cache" of ${where} has the scope "public", so caches may give its content to anyone, but ${reason}. ` +
          `Use "private", or if the content is the same for everyone, mark it public: by @McpPublic() instead of ` +
          '@McpScopes() and @McpRoles(), or by "public" of addResource().',
      );
    return declared;
  }

  private isSeenByAll(definition: McpDefinition): boolean {
    const { public: isPublic, scopes, roles, toolsets } = definition.access;
    // A cache need not tell the URLs apart by which clients pick toolsets, nor the clients by what they can show.
    if (toolsets || (definition.kind !== 'prompt' && definition.ui)) return false;
    return isPublic || (!this.options.policy && scopes.length === 0 && roles.length === 0);
  }

  private reasonForPrivacy({ access, isGuarded }: ReadSubject): string | undefined {
    const { options } = this;
    if (access.scopes.length > 0 || access.roles.length > 0) return 'it needs scopes or roles';
    if (access.toolsets && options.toolsets) return '"toolsets" decides who may read it';
    if (options.policy) return 'a policy decides who may read it';
    if (isProtected(options)) return 'requests are authenticated';
    if (options.principal) return '"principal" tells callers apart';
    return isGuarded ? 'a guard decides who may read it' : undefined;
  }
}

function assertHint({ ttlMs, scope }: McpCacheHint, where: string): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0)
    throw new McpConfigurationError(
      `${where} has the "ttlMs" ${ttlMs}, but it must be a whole number of milliseconds from 0 on; 0 says that a ` +
        'result is stale at once.',
    );
  if (scope !== 'public' && scope !== 'private')
    throw new McpConfigurationError(
      `${where} has the "scope" ${JSON.stringify(scope)}, but it must be "public" or "private".`,
    );
}
