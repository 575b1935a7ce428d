import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AuthorizationServerException } from './authorization-server.exception.js';
import type { AuthorizationServerClient } from './authorization-server.client.js';
import type { JwtHeader } from './jwt-header.js';
import type { JwtKeys } from './jwt-keys.js';

/** Least time between two requests for the key set, so that tokens with made-up key ids do not cause a flood. */
const MIN_INTERVAL_MS = 5_000;

interface PublicKey {
  readonly kid?: string;
  readonly alg?: string;
  readonly key: KeyObject;
}

type PublishedKey = JsonWebKey & { readonly kid?: string; readonly alg?: string; readonly use?: string };

/**
 * The keys that an authorization server publishes. They are kept as a set, so that nobody can push out or hold up
 * a key in use by asking for others.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export class Jwks implements JwtKeys {
  private keys: readonly PublicKey[] = [];
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private refreshing?: Promise<void>;

  /**
   * @param maxAgeMs how long keys are believed without word from the server
   * @param now gives the time in milliseconds
   */
  constructor(
    private readonly server: Pick<AuthorizationServerClient, 'fetchJson'>,
    private readonly maxAgeMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws {AuthorizationServerException} when the key is not known, and the server cannot be asked */
  async keyFor(header: JwtHeader): Promise<KeyObject | undefined> {
    const age = this.now() - this.fetchedAt;
    const key = age < this.maxAgeMs ? this.find(header) : undefined;
    if (!key) {
      await this.refresh();
      return this.find(header);
    }
    if (age >= this.maxAgeMs / 2) this.refresh().catch(() => undefined);
    return key;
  }

  /** A token without a key id is checked only where there is one key that it can be of. */
  private find({ kid, alg }: JwtHeader): KeyObject | undefined {
    const fitting = this.keys.filter((key) => kid === undefined || key.kid === kid);
    const [first, ...others] = fitting.filter((key) => key.alg === undefined || key.alg === alg);
    return others.length === 0 ? first?.key : undefined;
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
    this.keys = await this.server.fetchJson(publicKeys);
    this.fetchedAt = triedAt;
  }
}

/** The keys that signatures can be verified with; other ones are left out, rather than that they spoil the set. */
function publicKeys({ keys }: Record<string, unknown>): readonly PublicKey[] {
  if (!Array.isArray(keys)) throw new Error('it says no key set');
  return keys.flatMap((jwk: PublishedKey | null) => {
    const { kid, alg, use = 'sig' } = jwk ?? {};
    if (use !== 'sig') return [];
    try {
      return [{ kid, alg, key: createPublicKey({ key: jwk!, format: 'jwk' }) }];
    } catch {
      return [];
    }
  });
}
