import { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import { AuthorizationServerException } from '../auth/authorization-server.client.js';
import { JwtVerifier } from '../auth/jwt-verifier.js';
import { resolveJwt } from '../mcp-sse.defaults.js';
import type { McpJwtOptions } from '../model/mcp-jwt.options.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * The passport strategy `mcp-jwt`. With the options of `auth.jwt` it accepts the same tokens, so that
 * `AuthGuard('mcp-jwt')` protects other routes of the application by the same rules. Sets `request.user` to the claims.
 *
 * ```ts
 * providers: [{ provide: McpJwtStrategy, useFactory: () => new McpJwtStrategy({ jwksUri, issuer, audience }) }]
 * ```
 */
@Injectable()
export class McpJwtStrategy extends PassportStrategy(Strategy, 'mcp-jwt') {
  /** @throws {McpConfigurationError} unless there is exactly one key or key set, and it fits the algorithms */
  constructor(options: McpJwtOptions) {
    const jwt = resolveJwt(options);
    const verifier = new JwtVerifier(jwt);
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: [...jwt.algorithms],
      jsonWebTokenOptions: { clockTolerance: jwt.clockToleranceSeconds },
      // jose verifies the token by all the rules; passport-jwt gets the key to verify it again.
      secretOrKeyProvider(this: Strategy, _request, token: string, done) {
        const giveKey = done as unknown as (error: unknown, key?: KeyObject) => void;
        void verifier
          .verify(token)
          .then(({ key }) => giveKey(null, KeyObject.from(key)))
          .catch((error: unknown) => {
            // Passport answers an error about a key with 401, as if the token were wrong.
            if (error instanceof AuthorizationServerException) this.error(error);
            else giveKey(error);
          });
      },
    } as StrategyOptionsWithoutRequest);
  }

  /** Override it to load the user that the claims name. */
  validate(claims: Claims): unknown {
    return claims;
  }
}
