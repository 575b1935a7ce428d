import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { bearerToken } from './bearer.js';
import { logRefusal, RefusedToken } from './refusal.js';
import { rawRequest } from '../http/raw-request.js';
import { TokenIntrospection } from './token-introspection.js';

const NO_TOKEN = new RefusedToken('it has no bearer token, which "auth.introspection" requires');

/**
 * Accepts requests with a bearer token that the authorization server of the `auth.introspection` option reports as
 * active, and sets `request.user` to its response. Answers 503 when that server does not answer.
 */
@Injectable()
export class McpIntrospectionGuard implements CanActivate {
  private readonly introspection: TokenIntrospection;

  /** @throws {McpConfigurationError} */
  constructor(@Inject(MCP_OPTIONS) { auth }: ResolvedOptions) {
    if (typeof auth !== 'object' || !auth.introspection)
      throw new McpConfigurationError(
        'McpIntrospectionGuard needs the option `auth: { introspection: { url, clientId, clientSecret } }`.',
      );
    this.introspection = new TokenIntrospection(auth.introspection);
  }

  /**
   * @throws {UnauthorizedException}
   * @throws {AuthorizationServerException}
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request: { user?: unknown } = context.switchToHttp().getRequest();
    const token = bearerToken(rawRequest(request).headers);
    const claims = token === undefined ? NO_TOKEN : await this.introspection.claimsOf(token);
    if (claims instanceof RefusedToken) {
      logRefusal(claims.cause);
      throw new UnauthorizedException();
    }
    // A handler may change it, and other requests have the same claims.
    request.user = structuredClone(claims);
    return true;
  }
}
