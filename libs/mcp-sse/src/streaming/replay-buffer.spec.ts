import { describe, expect, it } from '@jest/globals';
import { ReplayBuffer } from './replay-buffer.js';
import { MemoryBudget } from './memory-budget.js';
import { ReplayBudget } from './replay-budget.js';
import type { StreamEvent } from './stream-event.js';

const event = (id: number | string, data = 'x'): StreamEvent => ({ id: String(id), type: 'message', data });

const account = () =>
  MemoryBudget.unlimited().open('anybody', { trim: () => undefined, cut: () => undefined });

function takeAll(buffer: ReplayBuffer): string[] {
  const ids: string[] = [];
  for (let taken = buffer.take(); taken; taken = buffer.take()) ids.push(taken.id);
  return ids;
}

describe('ReplayBuffer', () => {
  it('gives events in order and counts what waits, over many rounds', () => {
    const buffer = new ReplayBuffer(new ReplayBudget({ maxEvents: 50, maxBytes: 1_000 }, account()));
    let added = 0;
    let taken = 0;
    for (let round = 0; round < 100; round++) {
      for (let index = 0; index < 100; index++) buffer.add(event(added++));
      for (let index = 0; index < 90; index++) expect(buffer.take()!.id).toBe(String(taken++));
      expect([buffer.waiting, buffer.waitingBytes]).toEqual([added - taken, added - taken]);
    }
    expect(takeAll(buffer)).toHaveLength(added - taken);
    expect([buffer.waiting, buffer.waitingBytes]).toEqual([0, 0]);
    expect(buffer.rewind(String(added - 51))).toBe(true);
    expect(buffer.rewind(String(added - 52))).toBe(false);
    expect(takeAll(buffer)).toHaveLength(50);
  });

  it('forgets events of the oldest stream first when several share a budget', () => {
    const budget = new ReplayBudget({ maxEvents: 4, maxBytes: 1_000 }, account());
    const [first, second] = [new ReplayBuffer(budget), new ReplayBuffer(budget)];
    for (const id of ['a', 'b']) first.add(event(id));
    takeAll(first);
    for (const id of ['c', 'd', 'e']) second.add(event(id));
    expect(budget.isExceeded).toBe(false);
    expect(first.rewind('a')).toBe(true);
    expect(takeAll(first)).toEqual(['b']);
    second.add(event('f'));
    expect(first.rewind('a')).toBe(false);
    expect(takeAll(second)).toEqual(['c', 'd', 'e', 'f']);
  });

  it('gives back what it held when it is cleared, and does not know it any more', () => {
    const budget = new ReplayBudget({ maxEvents: 1, maxBytes: 1_000 }, account());
    const buffer = new ReplayBuffer(budget);
    for (const id of ['a', 'b', 'c']) buffer.add(event(id));
    expect(budget.isExceeded).toBe(true);
    buffer.clear();
    expect([budget.isExceeded, buffer.waiting, buffer.rewind('a')]).toEqual([false, 0, false]);
    buffer.add(event('d'));
    expect(takeAll(buffer)).toEqual(['d']);
  });
});
