import type { ResolvedOptions } from '../model/resolved-options.js';

/** A setting that works, and lets the wrong clients in. */
export interface Weakness {
  /** Which setting, why, and what to do. */
  readonly message: string;
  /** Whether it can never be right, so that it must not go into production. */
  readonly isSevere: boolean;
}

/** Fewer different bytes than any random secret of 32 bytes has, in any encoding. */
const MIN_VARIETY = 8;
const MIN_KEY_LENGTH = 16;
/** No network of proxies is wider than 10.0.0.0/8 or fc00::/7. */
const MIN_BITS = { ipv4: 8, ipv6: 7 } as const;
/** The prefix under which IPv6 has the addresses of IPv4. */
const MAPPED_BITS = 96;

/** The weaknesses of the options. */
export function weaknesses(options: ResolvedOptions): readonly Weakness[] {
  const shared = options.cluster?.weakness;
  return [
    tokenWeakness(options),
    secretWeakness(options),
    proxyWeakness(options),
    shared === undefined ? undefined : { message: shared, isSevere: false },
  ].filter((weakness) => weakness !== undefined);
}

/**
 * Tokens that other services of the issuer get too. A secret is shared with the issuer alone, or should be; public keys
 * and introspection are shared with every service of the issuer, whose tokens would be valid here.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-audience-binding-and-validation
 */
function tokenWeakness({ auth }: ResolvedOptions): Weakness | undefined {
  if (typeof auth !== 'object') return undefined;
  const { jwt, introspection } = auth;
  const isSecret = jwt?.algorithms[0]?.startsWith('HS') ?? false;
  const missing = [
    jwt && !isSecret && jwt.issuer === undefined && 'auth.jwt.issuer',
    jwt && jwt.audience === undefined && 'auth.jwt.audience',
    introspection && introspection.audience === undefined && 'auth.introspection.audience',
  ].filter((option) => typeof option === 'string');
  if (missing.length === 0) return undefined;
  return {
    message:
      `"${missing.join('" and "')}" not set: tokens that were given for other services open this one too. ` +
      'Set what this server accepts.',
    isSevere: !isSecret,
  };
}

/** Secrets that are easy to guess. */
function secretWeakness({ auth }: ResolvedOptions): Weakness | undefined {
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

/** The length of the shortest piece that a secret repeats: its own length if it repeats nothing. */
function period(secret: Buffer): number {
  return Buffer.concat([secret, secret]).indexOf(secret, 1);
}

/** Trusted ranges that clients can be in. The options have been checked to hold ranges. */
function proxyWeakness({ trustedProxies }: ResolvedOptions): Weakness | undefined {
  const wide = trustedProxies.find(isTooWide);
  if (wide === undefined) return undefined;
  return {
    message:
      `"trustedProxies" has "${wide}", so any client may say where it comes from and what it was asked for. ` +
      'List the addresses of your proxies only, such as 10.1.2.0/24.',
    isSevere: true,
  };
}

function isTooWide(range: string): boolean {
  const [address = '', bits] = range.split('/');
  if (bits === undefined) return false;
  if (!address.includes(':')) return Number(bits) < MIN_BITS.ipv4;
  const isMapped = /^(::|0+:0+:0+:0+:0+:)ffff:/i.test(address) && Number(bits) >= MAPPED_BITS;
  return isMapped ? Number(bits) - MAPPED_BITS < MIN_BITS.ipv4 : Number(bits) < MIN_BITS.ipv6;
}
