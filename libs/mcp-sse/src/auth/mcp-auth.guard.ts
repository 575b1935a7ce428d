import {
  ForbiddenException,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpPrincipal } from '../model/principal.js';
import { providedInstance } from '../model/provided-instance.js';
import { MCP_OPTIONS, type ResolvedAuth, type ResolvedOptions } from '../model/resolved-options.js';
import { authenticates } from './authenticates.js';
import { isLoopbackAddress } from './loopback.js';
import { McpApiKeyGuard } from './mcp-api-key.guard.js';
import { McpIntrospectionGuard } from './mcp-introspection.guard.js';
import { McpJwtAuthGuard } from './mcp-jwt-auth.guard.js';
import { principalOfUser } from './principal-of-user.js';
import { rawRequest } from './raw-request.js';
import { setRequestPrincipal } from './request-principal.js';

const GUARDS: Readonly<Record<keyof ResolvedAuth, Type<CanActivate>>> = {
  jwt: McpJwtAuthGuard,
  introspection: McpIntrospectionGuard,
  apiKey: McpApiKeyGuard,
};

/** Runs the guards that the options name, on the stream and on each message, and keeps whom they let in. */
@Injectable()
export class McpAuthGuard implements CanActivate, OnModuleInit {
  private guards: CanActivate[] = [];

  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly moduleRef: ModuleRef,
  ) {}

  async onModuleInit(): Promise<void> {
    this.guards = await Promise.all(
      this.configured().map((guard) => providedInstance(this.moduleRef, guard)),
    );
  }

  /** @throws {HttpException} as the guards do; 403 when there are none and the connection is not local */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request: object = context.switchToHttp().getRequest();
    if (!isProtected(this.options) && !isLoopbackAddress(rawRequest(request).socket.localAddress))
      throw new ForbiddenException(
        'This server has no authentication, so it serves loopback connections only. Set "auth" or "guards".',
      );
    for (const guard of this.guards)
      if (authenticates(guard) && !(await passes(guard, context))) return false;
    const principal = await this.principalOf(request);
    this.assertTenant(principal, request);
    setRequestPrincipal(request, principal);
    for (const guard of this.guards)
      if (!authenticates(guard) && !(await passes(guard, context))) return false;
    return true;
  }

  private principalOf(request: object): McpPrincipal | Promise<McpPrincipal> {
    const { principal, tenantClaim } = this.options;
    return principal
      ? principal(request)
      : principalOfUser((request as { user?: unknown }).user, tenantClaim);
  }

  /**
   * A route's parameter `:tenant` names the tenant that a request acts in: it must be the principal's own. A token
   * must name one; a key, or what the application's own guards recognise, that has none is good for any.
   *
   * @throws {ForbiddenException}
   */
  private assertTenant(principal: McpPrincipal, request: object): void {
    const { tenant } = (request as { params?: Readonly<Record<string, string>> }).params ?? {};
    const { auth } = this.options;
    const isBound = principal.tenant !== undefined || (typeof auth === 'object' && !auth.apiKey);
    if (tenant !== undefined && isBound && principal.tenant !== tenant)
      throw new ForbiddenException('The path names a tenant that you do not belong to.');
  }

  private configured(): ResolvedOptions['guards'] {
    const { auth, guards } = this.options;
    if (typeof auth !== 'object') return guards;
    const named = Object.keys(auth) as (keyof ResolvedAuth)[];
    if (named.length !== 1)
      throw new McpConfigurationError(
        `"auth" must have one of ${Object.keys(GUARDS).join(', ')}; it has ${named.join(' and ') || 'none'}.`,
      );
    return [GUARDS[named[0]!], ...guards];
  }
}

/** Whether anything authenticates requests. */
export function isProtected({
  auth,
  guards,
}: Pick<ResolvedOptions, 'guards'> & { readonly auth?: unknown }): boolean {
  return auth !== undefined || guards.some(authenticates);
}

async function passes(guard: CanActivate, context: ExecutionContext): Promise<boolean> {
  const verdict = await guard.canActivate(context);
  return isObservable(verdict) ? lastValueFrom(verdict) : verdict;
}
