import { describe, expect, it } from '@jest/globals';
import { TokenCache } from './token-cache.js';

const HOUR_MS = 3_600_000;

describe('TokenCache', () => {
  it('forgets the oldest when it is full', () => {
    const cache = new TokenCache<number>(2);
    for (const number of [1, 2, 3]) cache.set(String(number), number, Date.now() + HOUR_MS);
    expect(['1', '2', '3'].map((digest) => cache.get(digest))).toEqual([undefined, 2, 3]);
  });

  it('forgets what is over', () => {
    const cache = new TokenCache<number>(2);
    cache.set('a', 1, Date.now());
    expect(cache.get('a')).toBeUndefined();
  });

  it('knows no token, but its digest', () => {
    const cache = new TokenCache<number>(2);
    cache.set(cache.digestOf('a secret'), 1, Date.now() + HOUR_MS);
    expect(cache.get(cache.digestOf('a secret'))).toBe(1);
    expect(cache.digestOf('a secret')).not.toContain('secret');
  });
});
