import { generateKeyPairSync, KeyObject, type JsonWebKey } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { errors } from 'jose';
import { AuthorizationServerException } from './authorization-server.client.js';
import { Jwks } from './jwks.js';

const MAX_AGE_MS = 60_000;
/** Longer than the least time between two requests. */
const LATER_MS = 10_000;

function publicKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
}

function jwk(kid: string | undefined, key: KeyObject, more: object = {}): JsonWebKey {
  return { ...key.export({ format: 'jwk' }), ...more, ...(kid === undefined ? {} : { kid }) };
}

describe('Jwks', () => {
  const [first, second] = [publicKey(), publicKey()];
  let now: number;
  let published: unknown[];
  let isDown: boolean;
  let requests: number;
  let jwks: Jwks;

  beforeEach(() => {
    now = 0;
    published = [jwk('first', first)];
    isDown = false;
    requests = 0;
    const server = {
      async fetchJson<T>(parse: (json: Record<string, unknown>) => T): Promise<T> {
        requests++;
        await Promise.resolve();
        if (isDown) throw new AuthorizationServerException();
        return parse({ keys: published });
      },
    };
    jwks = new Jwks(server, MAX_AGE_MS, () => now);
  });

  /** The key as a JWK, or undefined when there is none for the token. */
  const keyOf = async (kid?: string, alg = 'ES256') => {
    try {
      return KeyObject.from(await jwks.keyFor({ kid, alg })).export({ format: 'jwk' });
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        return undefined;
      throw error;
    }
  };

  it('asks once for many tokens that come at a time, and no more while the keys are fresh', async () => {
    const keys = await Promise.all([keyOf('first'), keyOf('first'), keyOf('first')]);
    now = MAX_AGE_MS / 2 - 1;
    expect([...keys, await keyOf('first')]).toEqual(Array(4).fill(first.export({ format: 'jwk' })));
    expect(requests).toBe(1);
  });

  it('finds a key that is new as soon as a token is signed with it', async () => {
    await keyOf('first');
    published = [jwk('second', second)];
    now += LATER_MS;
    expect(await keyOf('second')).toEqual(second.export({ format: 'jwk' }));
    expect(await keyOf('first')).toBeUndefined();
  });

  it('does not ask for each unknown key id, and serves known ones meanwhile', async () => {
    await keyOf('first');
    for (let index = 0; index < 100; index++) {
      now += 100;
      expect(await keyOf(`unknown ${index}`)).toBeUndefined();
      expect(await keyOf('first')).toBeDefined();
    }
    expect(requests).toBe(3);
  });

  it('asks anew after half of their age, without letting anyone wait', async () => {
    await keyOf('first');
    published = [];
    now = MAX_AGE_MS / 2;
    expect(await keyOf('first')).toBeDefined();
    expect(requests).toBe(2);
    await new Promise(setImmediate);
    expect(await keyOf('first')).toBeUndefined();
  });

  it('goes on with the keys that it has while the server is down, until they are too old', async () => {
    await keyOf('first');
    isDown = true;
    now = MAX_AGE_MS - 1;
    expect(await keyOf('first')).toBeDefined();
    now = MAX_AGE_MS + LATER_MS;
    await expect(keyOf('first')).rejects.toThrow(AuthorizationServerException);
  });

  it('cannot tell of an unknown key while the server is down, and asks it now and then', async () => {
    await keyOf('first');
    isDown = true;
    now += LATER_MS;
    await expect(keyOf('second')).rejects.toThrow(AuthorizationServerException);
    await expect(keyOf('second')).rejects.toThrow(AuthorizationServerException);
    expect(requests).toBe(2);
    isDown = false;
    published = [jwk('second', second)];
    now += LATER_MS;
    expect(await keyOf('second')).toBeDefined();
  });

  it('takes a token without a key id when there is one key for it only', async () => {
    expect(await keyOf()).toBeDefined();
    published = [jwk('first', first), jwk('second', second)];
    now = MAX_AGE_MS;
    expect(await keyOf()).toBeUndefined();
  });

  it('uses a key for its own algorithm only', async () => {
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    published = [jwk('first', rsa, { alg: 'PS256' })];
    expect(await keyOf('first', 'RS256')).toBeUndefined();
    expect(await keyOf('first', 'PS256')).toBeDefined();
  });

  it('leaves out what is no key to verify signatures with', async () => {
    published = [
      null,
      'first',
      { kid: 'first' },
      { kid: 'first', kty: 'oct', k: 'AAAA' },
      { kid: 'first', kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
      jwk('first', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      jwk('first', second, { use: 'enc' }),
      jwk('first', first),
    ];
    expect(await keyOf('first')).toEqual(first.export({ format: 'jwk' }));
  });
});
