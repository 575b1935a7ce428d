import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { progress } from 'nestjs-mcp-sse';
import { interval, of, type Observable } from 'rxjs';
import { collectWithProgress } from './collect-with-progress.js';

describe('collectWithProgress', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reports each item and ends with the combined result', () => {
    expect(emissions(of('a', 'b', 'c').pipe(collect(2)))).toEqual([
      progress(1, 2, 'got a'),
      progress(2, 2, 'got b'),
      { all: ['a', 'b'] },
    ]);
  });

  it('stops the source when it is unsubscribed', () => {
    const subscription = interval(1000).pipe(collect(5)).subscribe();
    expect(jest.getTimerCount()).toBe(1);
    subscription.unsubscribe();
    expect(jest.getTimerCount()).toBe(0);
  });
});

function collect(count: number) {
  return collectWithProgress(
    count,
    (item) => `got ${String(item)}`,
    (all) => ({ all }),
  );
}

function emissions(source: Observable<unknown>): unknown[] {
  const emitted: unknown[] = [];
  source.subscribe((value) => emitted.push(value));
  return emitted;
}
