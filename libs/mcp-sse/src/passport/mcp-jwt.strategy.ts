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
 * The strategy `mcp-jwt` of passport: it accepts the tokens that `auth.jwt` accepts with the same options, so that
 * `AuthGuard('mcp-jwt')` protects other routes of the application by the same rules. Its claims become `request.user`.
 *
 * ```ts
 * providers: [{ provide: McpJwtStrategy, useFactory: () => new McpJwtStrategy({ jwksUri, issuer, audience }) }]
 * ```
 */
@Injectable()
export class McpJwtStrategy extends PassportStrategy(Strategy, 'mcp-jwt') {
  /** @throws {McpConfigurationError} when there is not one key or key set, or it does not fit the algorithms */
  constructor(options: McpJwtOptions) {
    const jwt = resolveJwt(options);
    const verifier = new JwtVerifier(jwt);
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: [...jwt.algorithms],
      jsonWebTokenOptions: { clockTolerance: jwt.clockToleranceSeconds },
      // jose verifies the token by all the rules; passport-jwt gets the key to read it with.
      secretOrKeyProvider(this: Strategy, _request, token: string, done) {
        const giveKey = done as unknown as (error: unknown, key?: KeyObject) => void;
        void verifier
          .verify(token)
          .then(({ key }) => giveKey(null, KeyObject.from(key)))
          .catch((error: unknown) => {
            // Passport takes an error about a key for a wrong token, which would be 401.
            if (error instanceof AuthorizationServerException) this.error(error);
            else giveKey(error);
          });
      },
    } as StrategyOptionsWithoutRequest);
  }

  /** May be overridden to load the user whom the claims name. */
  validate(claims: Claims): unknown {
    return claims;
  }
}
