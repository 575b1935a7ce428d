import { describe, expect, it } from '@jest/globals';
import { RecentlyUsed } from './recently-used.js';

describe('RecentlyUsed', () => {
  it('makes a page once, and keeps those that were asked for last', () => {
    const cache = new RecentlyUsed<string>(2);
    const made: string[] = [];
    const get = (key: string) =>
      cache.get(key, () => {
        made.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(get(key)).toBe(key);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    cache.clear();
    get('b');
    expect(made).toHaveLength(5);
  });

  it('keeps nothing of a page that could not be made', () => {
    const cache = new RecentlyUsed<string>(2);
    const fail = () => {
      throw new Error('no such page');
    };
    expect(() => cache.get('a', fail)).toThrow('no such page');
    expect(cache.get('a', () => 'made')).toBe('made');
  });
});
