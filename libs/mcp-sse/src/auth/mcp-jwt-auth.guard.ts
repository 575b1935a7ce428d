import { Inject, Injectable } from '@nestjs/common';
import { AuthGuard, type IAuthModuleOptions } from '@nestjs/passport';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpJwtOptions } from '../model/mcp-sse.options.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';

const MIN_SECRET_BYTES = 32;

/**
 * Lets requests in whose `Authorization: Bearer` is a JWT that the `auth.jwt` option accepts; its claims become
 * `request.user`.
 */
@Injectable()
export class McpJwtAuthGuard extends AuthGuard() {
  /** @throws {McpConfigurationError} when the key does not fit the algorithms */
  constructor(@Inject(MCP_OPTIONS) { auth }: ResolvedOptions) {
    if (typeof auth !== 'object' || !('jwt' in auth))
      throw new McpConfigurationError('McpJwtAuthGuard needs the option `auth: { jwt: { secretOrKey } }`.');
    // The strategy itself instead of a name: names are shared by every application of the process.
    super({ defaultStrategy: strategy(auth.jwt), session: false } as unknown as IAuthModuleOptions);
  }
}

function strategy({ secretOrKey, algorithms = ['HS256'], issuer, audience }: McpJwtOptions): Strategy {
  assertKeyFits(secretOrKey, algorithms);
  const options: StrategyOptionsWithoutRequest = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey,
    algorithms: [...algorithms],
    issuer,
    audience,
  };
  return new Strategy(
    options,
    (claims: { sub?: unknown }, done: (error: null, user: object | false) => void) =>
      done(null, typeof claims.sub === 'string' && claims.sub !== '' ? claims : false),
  );
}

function assertKeyFits(secretOrKey: string | Buffer, algorithms: readonly string[]): void {
  const isPublicKey = secretOrKey.toString().includes('-----BEGIN');
  const isHmac = algorithms.some((algorithm) => algorithm.startsWith('HS'));
  if (isHmac && isPublicKey)
    throw new McpConfigurationError(
      '`auth.jwt.secretOrKey` is a public key, which HS algorithms would take as a secret. List RS, PS or ES algorithms.',
    );
  if (isHmac && Buffer.byteLength(secretOrKey) < MIN_SECRET_BYTES)
    throw new McpConfigurationError(`\`auth.jwt.secretOrKey\` must be ${MIN_SECRET_BYTES} bytes or longer.`);
}
