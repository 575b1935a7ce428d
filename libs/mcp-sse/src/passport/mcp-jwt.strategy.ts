import type { IncomingMessage } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Strategy } from 'passport';
import { AuthorizationServerException } from '../auth/authorization-server.client.js';
import { bearerToken } from '../auth/bearer.js';
import { JwtVerifier } from '../auth/jwt-verifier.js';
import { resolveJwt } from '../mcp-sse.defaults.js';
import type { McpJwtOptions } from '../model/mcp-jwt.options.js';
import { passport } from './passport.js';

type Claims = Readonly<Record<string, unknown>>;

/** What passport adds to a strategy for each request. */
interface Verdict {
  success(user: unknown): void;
  fail(reason: unknown): void;
  error(error: unknown): void;
}

/**
 * The passport strategy `mcp-jwt`. With the options of `auth.jwt` it accepts the same tokens, so that
 * `AuthGuard('mcp-jwt')` protects other routes of the application by the same rules. Sets `request.user` to the claims.
 *
 * ```ts
 * providers: [{ provide: McpJwtStrategy, useFactory: () => new McpJwtStrategy({ jwksUri, issuer, audience }) }]
 * ```
 */
@Injectable()
export class McpJwtStrategy implements OnModuleInit {
  readonly name = 'mcp-jwt';
  private readonly verifier: JwtVerifier;

  /** @throws {McpConfigurationError} unless there is exactly one key or key set, and it fits the algorithms */
  constructor(options: McpJwtOptions) {
    this.verifier = new JwtVerifier(resolveJwt(options));
  }

  /**
   * Registers the strategy with passport.
   *
   * @throws {McpConfigurationError} if passport is not installed
   */
  async onModuleInit(): Promise<void> {
    const { default: registry } = await passport.load('McpJwtStrategy');
    const decide = (request: IncomingMessage, verdict: Verdict) => this.decide(request, verdict);
    // Passport calls an object that inherits from the registered one. A subclass has its private fields only in this one.
    const strategy = {
      authenticate(this: Verdict, request: IncomingMessage) {
        return decide(request, this);
      },
    };
    registry.use(this.name, strategy as unknown as Strategy);
  }

  private async decide({ headers }: IncomingMessage, verdict: Verdict): Promise<void> {
    const token = bearerToken(headers);
    if (token === undefined) return verdict.fail(new Error('No bearer token'));
    let claims: Claims;
    try {
      claims = await this.verifier.verify(token);
    } catch (error) {
      // Passport answers a failure with 401, as if the token were wrong.
      return error instanceof AuthorizationServerException ? verdict.error(error) : verdict.fail(error);
    }
    try {
      const user = await this.validate(claims);
      if (user) verdict.success(user);
      else verdict.fail(undefined);
    } catch (error) {
      verdict.error(error);
    }
  }

  /** Override it to load the user that the claims name. */
  validate(claims: Claims): unknown {
    return claims;
  }
}
