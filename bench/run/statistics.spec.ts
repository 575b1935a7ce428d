import { describe, expect, it } from '@jest/globals';
import { median, percentile } from './statistics.js';

describe('the statistics', () => {
  it('take the middle value, or the mean of the two middle values', () => {
    expect([median([3, 100, 1]), median([4, 1, 2, 3]), median([])]).toEqual([3, 2.5, undefined]);
  });

  it('take the value that a given share lies below', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 99]);
  });
});
