import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { rawRequest } from '../http/raw-request.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedJwt, type ResolvedOptions } from '../model/resolved-options.js';
import { AuthorizationServerException } from './authorization-server.client.js';
import { bearerToken } from './bearer.js';
import { jwtRefusal } from './jwt-refusal.js';
import { JwtVerifier } from './jwt-verifier.js';
import { logRefusal } from './refusal.js';

/**
 * Accepts requests with a bearer token that is valid by the `auth.jwt` option, and sets `request.user` to its claims.
 * Answers 503 when the keys cannot be fetched.
 */
@Injectable()
export class McpJwtAuthGuard implements CanActivate {
  private readonly jwt: ResolvedJwt;
  private readonly verifier: JwtVerifier;

  /** @throws {McpConfigurationError} unless there is exactly one key or key set, and it fits the algorithms */
  constructor(@Inject(MCP_OPTIONS) { auth }: ResolvedOptions) {
    if (typeof auth !== 'object' || !auth.jwt)
      throw new McpConfigurationError(
        'McpJwtAuthGuard needs the option `auth: { jwt: { secretOrKey } }` or `auth: { jwt: { jwksUri } }`.',
      );
    this.jwt = auth.jwt;
    this.verifier = new JwtVerifier(auth.jwt);
  }

  /**
   * @throws {UnauthorizedException}
   * @throws {AuthorizationServerException}
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request: { user?: unknown } = context.switchToHttp().getRequest();
    const token = bearerToken(rawRequest(request).headers);
    if (token === undefined) {
      logRefusal('it has no bearer token, which "auth.jwt" requires');
      throw new UnauthorizedException();
    }
    try {
      request.user = await this.verifier.verify(token);
      return true;
    } catch (error) {
      if (error instanceof AuthorizationServerException) throw error;
      logRefusal(jwtRefusal(error, this.jwt));
      throw new UnauthorizedException();
    }
  }
}
