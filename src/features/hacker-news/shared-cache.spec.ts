import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SharedCache } from './shared-cache.js';

describe('SharedCache', () => {
  const { signal } = new AbortController();
  let loads: { readonly signal: AbortSignal; resolve(value: string): void; reject(error: Error): void }[];
  let cache: SharedCache;

  const get = (key = 'a', by = signal) =>
    cache.get(
      key,
      (shared) =>
        new Promise<string>((resolve, reject) => {
          loads.push({ signal: shared, resolve, reject });
        }),
      by,
    );
  const loaded = (key: string) => {
    const value = get(key);
    loads.at(-1)!.resolve(key);
    return value;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    loads = [];
    cache = new SharedCache(1_000, 2);
  });
  afterEach(() => void jest.useRealTimers());

  it('shares one load between concurrent callers', async () => {
    const [first, second] = [get(), get()];
    expect(loads).toHaveLength(1);
    loads[0]!.resolve('value');
    expect(await Promise.all([first, second])).toEqual(['value', 'value']);
  });

  it('keeps a value until it expires, then loads it again', async () => {
    await loaded('a');
    jest.advanceTimersByTime(999);
    expect(await get()).toBe('a');
    expect(loads).toHaveLength(1);
    jest.advanceTimersByTime(1);
    void get();
    expect(loads).toHaveLength(2);
  });

  it('does not cache failures', async () => {
    const failing = get();
    loads[0]!.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    await loaded('a');
    expect(loads).toHaveLength(2);
  });

  it('evicts the least recently used value when it is full', async () => {
    await loaded('a');
    await loaded('b');
    await get('a');
    await loaded('c');
    await get('a');
    expect(loads).toHaveLength(3);
    void get('b');
    expect(loads).toHaveLength(4);
  });

  it('continues a load when one of its callers cancels', async () => {
    const leaver = new AbortController();
    const [left, stayed] = [get('a', leaver.signal), get()];
    leaver.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    expect(loads[0]!.signal.aborted).toBe(false);
    loads[0]!.resolve('value');
    expect(await stayed).toBe('value');
  });

  it('aborts a load when all callers cancel, and loads again for the next caller', async () => {
    const leaver = new AbortController();
    const left = get('a', leaver.signal);
    leaver.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    expect(loads[0]!.signal.aborted).toBe(true);
    await loaded('a');
    expect(loads).toHaveLength(2);
  });

  it('does not load for a request that is already cancelled', async () => {
    await expect(get('a', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
    expect(loads).toEqual([]);
  });
});
