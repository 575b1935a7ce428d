import {
  ForbiddenException,
  HttpException,
  HttpStatus,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { andThen } from '../model/and-then.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpAuthenticationLimit } from '../model/mcp-authentication-limit.js';
import type { McpPrincipal } from '../model/principal.js';
import { providedInstance } from '../nest/provided-instance.js';
import { MCP_OPTIONS, type ResolvedAuth, type ResolvedOptions } from '../model/resolved-options.js';
import { assertedPrincipal, principalOfUser, setRequestPrincipal } from './request-principal.js';
import { authenticates } from '../model/protection.js';
import { AuthenticationAttempts } from './authentication-attempts.js';
import { McpApiKeyGuard } from './mcp-api-key.guard.js';
import { McpIntrospectionGuard } from './mcp-introspection.guard.js';
import { McpJwtAuthGuard } from './mcp-jwt-auth.guard.js';
import { rawRequest } from '../http/raw-request.js';

const GUARDS: Readonly<Record<keyof ResolvedAuth, Type<CanActivate>>> = {
  jwt: McpJwtAuthGuard,
  introspection: McpIntrospectionGuard,
  apiKey: McpApiKeyGuard,
};

/** Runs the configured guards on the stream and on each message, and keeps the request's principal. */
@Injectable()
export class McpAuthGuard implements CanActivate, OnModuleInit {
  private authenticating: readonly CanActivate[] = [];
  private others: readonly CanActivate[] = [];
  private readonly attempts: AuthenticationAttempts;
  private limit?: McpAuthenticationLimit;

  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly moduleRef: ModuleRef,
  ) {
    this.attempts = new AuthenticationAttempts(options);
  }

  async onModuleInit(): Promise<void> {
    const guards = await Promise.all(
      this.configured().map((guard) => providedInstance(this.moduleRef, guard)),
    );
    this.authenticating = guards.filter(authenticates);
    this.others = guards.filter((guard) => !authenticates(guard));
    const { authenticationLimit } = this.options;
    if (authenticationLimit && this.authenticating.length > 0)
      this.limit = await providedInstance(this.moduleRef, authenticationLimit);
  }

  /**
   * @throws {HttpException} the guards' exception, or 429 after too many failures
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.getArgByIndex<object>(0);
    const verdict = this.limit
      ? this.authenticateWithin(this.limit, context)
      : allPass(this.authenticating, context);
    return andThen(verdict, (isKnown) =>
      isKnown
        ? andThen(this.principalOf(request), (principal) => this.admit(principal, request, context))
        : false,
    );
  }

  private async authenticateWithin(
    limit: McpAuthenticationLimit,
    context: ExecutionContext,
  ): Promise<boolean> {
    const attempt = this.attempts.of(rawRequest(context.getArgByIndex(0)));
    if (!attempt) return allPass(this.authenticating, context);
    const waitMs = limit.waitMs(attempt);
    if (waitMs > 0) throw tooManyFailures(context, waitMs);
    try {
      const passes = await allPass(this.authenticating, context);
      if (passes) limit.succeeded(attempt);
      return passes;
    } catch (error) {
      if (error instanceof HttpException && error.getStatus() === HttpStatus.UNAUTHORIZED)
        limit.failed(attempt);
      throw error;
    }
  }

  private admit(
    principal: McpPrincipal,
    request: object,
    context: ExecutionContext,
  ): boolean | Promise<boolean> {
    this.assertTenant(principal, request);
    setRequestPrincipal(request, principal);
    return allPass(this.others, context);
  }

  private principalOf(request: object): McpPrincipal | Promise<McpPrincipal> {
    const { principal, tenantClaim } = this.options;
    return principal
      ? andThen(principal(request), assertedPrincipal)
      : principalOfUser((request as { user?: unknown }).user, tenantClaim);
  }

  /**
   * Checks that a `:tenant` in the path is the principal's. A token must name a tenant. An API key or a user of the
   * application's own guards may have none, and then may act for any tenant.
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

function tooManyFailures(context: ExecutionContext, waitMs: number): HttpException {
  const response: { header(name: string, value: string): unknown } = context.switchToHttp().getResponse();
  response.header('Retry-After', String(Math.ceil(waitMs / 1_000)));
  return new HttpException('Too many failed authentications.', HttpStatus.TOO_MANY_REQUESTS);
}

/** Runs guards in order until one refuses the request. Returns a promise only if a guard does. */
function allPass(
  guards: readonly CanActivate[],
  context: ExecutionContext,
  next = 0,
): boolean | Promise<boolean> {
  if (next === guards.length) return true;
  const verdict = guards[next]!.canActivate(context);
  return andThen(
    isObservable(verdict) ? lastValueFrom(verdict) : verdict,
    (passes) => passes && allPass(guards, context, next + 1),
  );
}
