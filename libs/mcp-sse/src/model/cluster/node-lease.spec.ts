import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BEAT_MS, LEASE_MS, NodeLease } from './node-lease.js';

describe('the lease of a node', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const termAfter = (lease: NodeLease, ms: number) => {
    jest.setSystemTime(Date.now() + ms);
    return lease.term;
  };

  it('goes on while the event loop is blocked for a second, as often as that is', () => {
    const lease = new NodeLease();
    expect([1_000, 1_000, 1_000].map((ms) => termAfter(lease, ms))).toEqual([0, 0, 0]);
  });

  it('has a new term after a standstill in which its last beat may have run out', () => {
    const lease = new NodeLease();
    expect([LEASE_MS - BEAT_MS, 0, 10_000, 1].map((ms) => termAfter(lease, ms))).toEqual([1, 1, 2, 2]);
  });
});
