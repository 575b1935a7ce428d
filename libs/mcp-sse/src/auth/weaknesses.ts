import type { ResolvedOptions } from '../model/resolved-options.js';

/** A setting that works but lets the wrong clients in. */
export interface Weakness {
  /** Which setting, why, and what to do. */
  readonly message: string;
  /** Whether it is always wrong: production refuses to boot with it. */
  readonly isSevere: boolean;
}

/** Any random secret of 32 bytes, in any encoding, has at least this many different bytes. */
const MIN_VARIETY = 8;
const MIN_KEY_LENGTH = 16;
/** The widest plausible proxy networks: 10.0.0.0/8 and fc00::/7. */
const MIN_BITS = { ipv4: 8, ipv6: 7 } as const;
/** The prefix length of IPv4-mapped IPv6 addresses. */
const MAPPED_BITS = 96;

/** Finds the weaknesses of the options. */
export function weaknesses(options: ResolvedOptions): readonly Weakness[] {
  const { cluster, tasks } = options;
  const connections = [cluster, tasks.store, tasks.runner];
  return [
    tokenWeakness(options),
    secretWeakness(options),
    proxyWeakness(options),
    ...inputWeaknesses(options),
    ...connections.map((connection) => connectionWeakness(connection?.weakness)),
  ].filter((weakness) => weakness !== undefined);
}

function connectionWeakness(message: string | undefined): Weakness | undefined {
  return message === undefined ? undefined : { message, isSevere: false };
}

/**
 * Finds a missing issuer or audience. Only the issuer should share a secret; public keys and introspection are shared
 * with every service of the issuer, whose tokens would be valid here.
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
      `"${missing.join('" and "')}" not set: tokens issued for other services are accepted here too. ` +
      'Set the values that this server accepts.',
    isSevere: !isSecret,
  };
}

/** Finds secrets that are easy to guess. */
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
      'guessed. Generate a random one, for example with `openssl rand -base64 32`.',
    isSevere: false,
  };
}

function jwtSecretWeakness(secret: Buffer, algorithms: readonly string[]): Weakness | undefined {
  const hashBytes = Math.max(...algorithms.map((algorithm) => Number(algorithm.slice(2)) / 8));
  const fault =
    secret.length < hashBytes
      ? `has ${secret.length} bytes, fewer than the ${hashBytes} of the hash (RFC 7518, 3.2)`
      : isGuessable(secret)
        ? 'repeats itself or has few different characters'
        : undefined;
  if (fault === undefined) return undefined;
  return {
    message:
      `"auth.jwt.secretOrKey" ${fault}, so whoever guesses it can sign tokens for anybody. ` +
      'Generate a random one, for example with `openssl rand -base64 64`.',
    isSevere: true,
  };
}

function isGuessable(secret: Buffer): boolean {
  return new Set(secret).size < MIN_VARIETY || period(secret) < secret.length / 2;
}

/** The length of the shortest piece that the secret repeats; its own length if it repeats nothing. */
function period(secret: Buffer): number {
  return Buffer.concat([secret, secret]).indexOf(secret, 1);
}

/** Finds keys that are easy to guess, and states that not every process treats alike. */
function inputWeaknesses({ input, cluster, protocol }: ResolvedOptions): (Weakness | undefined)[] {
  const { keys, singleUse } = input;
  return [
    keys?.some((key) => isGuessable(Buffer.from(key)))
      ? {
          message:
            '"input.keys" has a key that repeats itself or has few different characters, so whoever guesses it can forge ' +
            'the answers and the state of calls. Generate a random one, for example with `openssl rand -base64 48`.',
          isSevere: true,
        }
      : undefined,
    keys && singleUse && !cluster
      ? {
          message:
            '"input.singleUse" without "cluster": each process remembers for itself which states were used, so another ' +
            'process, or this one after a restart, accepts a state again. Set "cluster".',
          isSevere: false,
        }
      : undefined,
    protocol.modern && !keys && !cluster && process.env['NODE_ENV'] === 'production'
      ? {
          message:
            'Neither "input.keys" nor "cluster" is set, so this process has a key of its own: behind a load balancer, a ' +
            'call that asks its client fails when the answer reaches another process, or this one after a restart. Set ' +
            '"input.keys" to the same secret everywhere.',
          isSevere: false,
        }
      : undefined,
  ];
}

/** Finds trusted ranges that clients may be in. The options have been checked to hold ranges. */
function proxyWeakness({ trustedProxies }: ResolvedOptions): Weakness | undefined {
  const wide = trustedProxies.find(isTooWide);
  if (wide === undefined) return undefined;
  return {
    message:
      `"trustedProxies" has "${wide}", so any client can forge its address, scheme and prefix. ` +
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
