import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { progress } from 'nestjs-mcp-sse';
import { StreamDataService } from './stream-data.service.js';

describe('StreamDataService', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 0 }));
  afterEach(() => void jest.useRealTimers());

  it('produces an item after each delay, then all of them', () => {
    const emitted: unknown[] = [];
    new StreamDataService()
      .streamData({ source: 'log', count: 2, delayMs: 100 })
      .subscribe((value) => emitted.push(value));

    jest.advanceTimersByTime(99);
    expect(emitted).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(emitted).toEqual([progress(1, 2, 'log #1')]);
    jest.advanceTimersByTime(100);
    expect(emitted.slice(1)).toEqual([
      progress(2, 2, 'log #2'),
      {
        source: 'log',
        items: [
          { number: 1, text: 'log #1', at: '1970-01-01T00:00:00.100Z' },
          { number: 2, text: 'log #2', at: '1970-01-01T00:00:00.200Z' },
        ],
      },
    ]);
  });
});
