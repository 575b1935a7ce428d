import { createPublicKey } from 'node:crypto';
import {
  createLocalJWKSet,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTHeaderParameters,
} from 'jose';
import {
  type AuthorizationServerClient,
  AuthorizationServerException,
} from './authorization-server.client.js';

/** Minimum time between two fetches of the key set, so that tokens with made-up key ids cannot flood the server. */
const MIN_INTERVAL_MS = 5_000;

export type JwtHeader = Pick<JWTHeaderParameters, 'alg' | 'kid'>;

/** Where the keys of tokens come from. */
export interface JwtKeys {
  /** @returns the key to verify a token with; rejects when there is none */
  keyFor(header: JwtHeader): Promise<CryptoKey>;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The keys that an authorization server publishes. jose picks the key for a token; this class decides when to fetch the
 * set. jose's own remote set refuses every token while the server is down and the keys are stale, and fetches again for
 * each unknown key id while the server is down.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export class Jwks implements JwtKeys {
  private keys: KeySet = createLocalJWKSet({ keys: [] });
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private refreshing?: Promise<void>;

  /**
   * @param maxAgeMs how long keys are trusted after the last successful fetch
   * @param now returns the time in milliseconds
   */
  constructor(
    private readonly server: Pick<AuthorizationServerClient, 'fetchJson'>,
    private readonly maxAgeMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @throws {JWKSNoMatchingKey} when the server publishes no such key
   * @throws {JWKSMultipleMatchingKeys} when several keys match a token without a key id
   * @throws {AuthorizationServerException} when the key is unknown and the server cannot be reached
   */
  async keyFor(header: JwtHeader): Promise<CryptoKey> {
    const age = this.now() - this.fetchedAt;
    const key = age < this.maxAgeMs ? await this.find(header) : undefined;
    if (!key) {
      await this.refresh();
      return this.keys(header);
    }
    if (age >= this.maxAgeMs / 2) this.refresh().catch(() => undefined);
    return key;
  }

  private async find(header: JwtHeader): Promise<CryptoKey | undefined> {
    try {
      return await this.keys(header);
    } catch {
      return undefined;
    }
  }

  private async refresh(): Promise<void> {
    if (!this.refreshing && this.now() - this.triedAt < MIN_INTERVAL_MS) {
      if (this.fetchedAt < this.triedAt) throw new AuthorizationServerException();
      return;
    }
    this.refreshing ??= this.fetch().finally(() => (this.refreshing = undefined));
    await this.refreshing;
  }

  private async fetch(): Promise<void> {
    const triedAt = this.now();
    this.triedAt = triedAt;
    this.keys = createLocalJWKSet(await this.server.fetchJson(keySet));
    this.fetchedAt = triedAt;
  }
}

/** Drops entries that are not public keys: because of one, jose would refuse the whole set or another key. */
function keySet({ keys }: Record<string, unknown>): JSONWebKeySet {
  if (!Array.isArray(keys)) throw new Error('it did not return a key set');
  return { keys: keys.filter(isPublicKey) };
}

function isPublicKey(jwk: JWK | null): jwk is JWK {
  try {
    return createPublicKey({ key: jwk!, format: 'jwk' }).type === 'public' && jwk!.d === undefined;
  } catch {
    return false;
  }
}
