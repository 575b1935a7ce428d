import type { ResolvedOptions } from '../model/resolved-options.js';
import type { Weakness } from './weakness.js';

/** Fewer different bytes than any random secret of 32 bytes has, in whatever encoding. */
const MIN_VARIETY = 8;
const MIN_KEY_LENGTH = 16;

/** What makes secrets of the options easy to guess. */
export function secretWeakness({ auth }: ResolvedOptions): Weakness | undefined {
  if (typeof auth !== 'object') return undefined;
  const { jwt, apiKey } = auth;
  if (jwt?.secretOrKey !== undefined && jwt.algorithms.some((algorithm) => algorithm.startsWith('HS')))
    return jwtSecretWeakness(Buffer.from(jwt.secretOrKey), jwt.algorithms);
  const short = apiKey?.keys?.find((key) => 'key' in key && key.key.length < MIN_KEY_LENGTH);
  if (!short) return undefined;
  return {
    message:
      `The key of "${short.name}" in "auth.apiKey.keys" has fewer than ${MIN_KEY_LENGTH} characters, so it can be ` +
      'guessed. Make a random one, such as with `openssl rand -base64 32`.',
    isSevere: false,
  };
}

function jwtSecretWeakness(secret: Buffer, algorithms: readonly string[]): Weakness | undefined {
  const hashBytes = Math.max(...algorithms.map((algorithm) => Number(algorithm.slice(2)) / 8));
  const fault =
    secret.length < hashBytes
      ? `has ${secret.length} bytes, fewer than the ${hashBytes} of the hash (RFC 7518, 3.2)`
      : new Set(secret).size < MIN_VARIETY || period(secret) < secret.length / 2
        ? 'repeats itself or has few different characters'
        : undefined;
  if (fault === undefined) return undefined;
  return {
    message:
      `"auth.jwt.secretOrKey" ${fault}, so whoever guesses it can sign tokens for anybody. ` +
      'Make a random one, such as with `openssl rand -base64 64`.',
    isSevere: true,
  };
}

/** Length of the shortest piece that a secret is a repetition of: its own where it is none. */
function period(secret: Buffer): number {
  return Buffer.concat([secret, secret]).indexOf(secret, 1);
}
