import { createPublicKey, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, type CryptoKey, type JWK } from 'jose';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { AuthorizationServerClient } from './authorization-server.client.js';
import { Jwks, type JwtKeys } from './jwks.js';

const MIN_SECRET_BYTES = 32;
/** RFC 7518, sections 3.3 and 3.5. */
const MIN_RSA_BITS = 2_048;
const ALGORITHM = /^(HS|RS|PS|ES)(256|384|512)$/;

/**
 * Reads the keys of the `auth.jwt` option.
 *
 * @throws {McpConfigurationError} when there are none, or the algorithms would misread a key
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
  if (secretOrKey !== undefined && jwksUri === undefined) return staticKey(secretOrKey, algorithms, isHmac);
  if (jwksUri === undefined || secretOrKey !== undefined)
    throw new McpConfigurationError(
      '`auth.jwt` needs either `secretOrKey` or `jwksUri`. Is its environment variable set?',
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
): JwtKeys {
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
  return secretKey(Buffer.from(secretOrKey));
}

/** Imports the secret once per algorithm; jose would import the bytes for each token. */
function secretKey(secret: Buffer): JwtKeys {
  const imported = new Map<string, Promise<CryptoKey>>();
  return {
    keyFor({ alg }) {
      let key = imported.get(alg);
      if (!key) {
        const algorithm = { name: 'HMAC', hash: `SHA-${alg.slice(2)}` };
        key = crypto.subtle.importKey('raw', secret, algorithm, true, ['verify']);
        imported.set(alg, key);
      }
      return key;
    },
  };
}

/** Answers every key id with the same key. */
function publicKey(pem: string | Buffer): JwtKeys {
  const key = readPublicKey(pem);
  const { modulusLength = MIN_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS)
    throw new McpConfigurationError(
      `\`auth.jwt.secretOrKey\` is an RSA key of ${modulusLength} bits. Use one of ${MIN_RSA_BITS} or more.`,
    );
  const keys = createLocalJWKSet({ keys: [jwkOf(key)] });
  return { keyFor: ({ alg }) => keys({ alg }) };
}

function readPublicKey(pem: string | Buffer): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new McpConfigurationError('`auth.jwt.secretOrKey` is not a readable public key. Give it in PEM.');
  }
}

function jwkOf(key: KeyObject): JWK {
  try {
    return key.export({ format: 'jwk' }) as JWK;
  } catch {
    throw new McpConfigurationError(
      `\`auth.jwt.secretOrKey\` is a key of the unsupported type ${key.asymmetricKeyType}. Give an RSA or EC key.`,
    );
  }
}
