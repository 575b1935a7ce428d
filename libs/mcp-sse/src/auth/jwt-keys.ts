import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { AuthorizationServerClient } from './authorization-server.client.js';
import { Jwks } from './jwks.js';
import type { JwtHeader } from './jwt-header.js';

/** Where the keys of tokens come from. */
export interface JwtKeys {
  /** @returns the key to verify a token with, or undefined when there is none for it */
  keyFor(header: JwtHeader): KeyObject | undefined | Promise<KeyObject | undefined>;
}

const MIN_SECRET_BYTES = 32;
const ALGORITHM = /^(HS|RS|PS|ES)(256|384|512)$/;

/**
 * The keys of the `auth.jwt` option.
 *
 * @throws {McpConfigurationError} when there are none, or a key could be taken for one of another kind
 */
export function jwtKeys({
  secretOrKey,
  jwksUri,
  algorithms,
  jwksMaxAgeMs,
  jwksTimeoutMs,
}: ResolvedJwt): JwtKeys {
  const unknown = algorithms.find((algorithm) => !ALGORITHM.test(algorithm));
  if (algorithms.length === 0 || unknown !== undefined)
    throw new McpConfigurationError(
      `\`auth.jwt.algorithms\` must list HS, RS, PS or ES algorithms such as RS256${unknown ? `, not "${unknown}"` : ''}.`,
    );
  const isHmac = algorithms.some((algorithm) => algorithm.startsWith('HS'));
  if (secretOrKey !== undefined && jwksUri === undefined) {
    const key = staticKey(secretOrKey, algorithms, isHmac);
    return { keyFor: () => key };
  }
  if (jwksUri === undefined || secretOrKey !== undefined)
    throw new McpConfigurationError(
      '`auth.jwt` needs one of `secretOrKey` and `jwksUri`. Is the variable that it comes from set?',
    );
  if (isHmac)
    throw new McpConfigurationError(
      '`auth.jwt.jwksUri` gives public keys, which HS algorithms would take as secrets. List RS, PS or ES algorithms.',
    );
  return new Jwks(new AuthorizationServerClient(jwksUri, jwksTimeoutMs, 'auth.jwt.jwksUri'), jwksMaxAgeMs);
}

function staticKey(
  secretOrKey: string | Buffer,
  algorithms: ResolvedJwt['algorithms'],
  isHmac: boolean,
): KeyObject {
  const isPem = secretOrKey.toString().includes('-----BEGIN');
  if (isHmac && isPem)
    throw new McpConfigurationError(
      '`auth.jwt.secretOrKey` is a public key, which HS algorithms would take as a secret. List RS, PS or ES algorithms.',
    );
  if (!isPem && !algorithms.every((algorithm) => algorithm.startsWith('HS')))
    throw new McpConfigurationError(
      '`auth.jwt.secretOrKey` must be a public key in PEM for RS, PS and ES algorithms.',
    );
  if (isPem) return publicKey(secretOrKey);
  if (Buffer.byteLength(secretOrKey) < MIN_SECRET_BYTES)
    throw new McpConfigurationError(`\`auth.jwt.secretOrKey\` must be ${MIN_SECRET_BYTES} bytes or longer.`);
  return createSecretKey(Buffer.from(secretOrKey));
}

function publicKey(pem: string | Buffer): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new McpConfigurationError(
      '`auth.jwt.secretOrKey` is no public key that can be read. Give it in PEM.',
    );
  }
}
