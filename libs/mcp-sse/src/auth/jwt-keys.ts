import type { CryptoKey, JWTHeaderParameters } from 'jose';

export type JwtHeader = Pick<JWTHeaderParameters, 'alg' | 'kid'>;

/** Where the keys of tokens come from. */
export interface JwtKeys {
  /** @returns the key to verify a token with; rejects when there is none */
  keyFor(header: JwtHeader): Promise<CryptoKey>;
}
