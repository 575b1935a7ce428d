import { Inject, Injectable } from '@nestjs/common';
import { AuthGuard, type IAuthModuleOptions } from '@nestjs/passport';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedJwt, type ResolvedOptions } from '../model/resolved-options.js';
import { AuthorizationServerException } from './authorization-server.exception.js';
import { bearerToken } from './bearer.js';
import { jwtRefusal } from './jwt-refusal.js';
import { jwtStrategy } from './jwt-strategy.js';
import { logRefusal } from './log-refusal.js';
import { rawRequest } from '../http/raw-request.js';

/**
 * Lets requests in whose `Authorization: Bearer` is a JWT that the `auth.jwt` option accepts; its claims become
 * `request.user`. Answers 503 when the keys for it cannot be had.
 */
@Injectable()
export class McpJwtAuthGuard extends AuthGuard() {
  readonly #jwt: ResolvedJwt;

  /** @throws {McpConfigurationError} when there is not one key or key set, or it does not fit the algorithms */
  constructor(@Inject(MCP_OPTIONS) { auth }: ResolvedOptions) {
    if (typeof auth !== 'object' || !auth.jwt)
      throw new McpConfigurationError(
        'McpJwtAuthGuard needs the option `auth: { jwt: { secretOrKey } }` or `auth: { jwt: { jwksUri } }`.',
      );
    // The strategy itself instead of a name: names are shared by every application of the process.
    super({ defaultStrategy: jwtStrategy(auth.jwt), session: false } as unknown as IAuthModuleOptions);
    this.#jwt = auth.jwt;
  }

  /** Passport takes every error about a key for a wrong token. */
  override handleRequest<T>(...[error, user, info, context, status]: Verdict): T {
    if (info instanceof AuthorizationServerException) throw info;
    if (!user) {
      const token = bearerToken(rawRequest(context.getArgByIndex(0)).headers);
      logRefusal(jwtRefusal(info, token, this.#jwt));
    }
    return super.handleRequest<T>(error, user, info, context, status);
  }
}

type Verdict = Parameters<InstanceType<ReturnType<typeof AuthGuard>>['handleRequest']>;
