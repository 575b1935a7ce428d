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

  it('loads once what is asked for by several at a time', async () => {
    const [first, second] = [get(), get()];
    expect(loads).toHaveLength(1);
    loads[0]!.resolve('value');
    expect(await Promise.all([first, second])).toEqual(['value', 'value']);
  });

  it('keeps a value for its time, and loads it anew after that', async () => {
    await loaded('a');
    jest.advanceTimersByTime(999);
    expect(await get()).toBe('a');
    expect(loads).toHaveLength(1);
    jest.advanceTimersByTime(1);
    void get();
    expect(loads).toHaveLength(2);
  });

  it('keeps no failure', async () => {
    const failing = get();
    loads[0]!.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    await loaded('a');
    expect(loads).toHaveLength(2);
  });

  it('lets go of what nobody has asked for the longest when there is too much', async () => {
    await loaded('a');
    await loaded('b');
    await get('a');
    await loaded('c');
    await get('a');
    expect(loads).toHaveLength(3);
    void get('b');
    expect(loads).toHaveLength(4);
  });

  it('goes on loading for those who wait when one of them leaves', async () => {
    const leaver = new AbortController();
    const [left, stayed] = [get('a', leaver.signal), get()];
    leaver.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    expect(loads[0]!.signal.aborted).toBe(false);
    loads[0]!.resolve('value');
    expect(await stayed).toBe('value');
  });

  it('stops loading when everyone has left, and whoever comes then has it loaded anew', async () => {
    const leaver = new AbortController();
    const left = get('a', leaver.signal);
    leaver.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    expect(loads[0]!.signal.aborted).toBe(true);
    await loaded('a');
    expect(loads).toHaveLength(2);
  });

  it('loads nothing for a request that is cancelled already', async () => {
    await expect(get('a', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
    expect(loads).toEqual([]);
  });
});
