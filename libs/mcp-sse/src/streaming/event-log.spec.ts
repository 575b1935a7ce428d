import { describe, expect, it } from '@jest/globals';
import { EventLog } from './event-log.js';
import { MemoryBudget } from './memory-budget.js';
import { ReplayBudget } from './replay-budget.js';
import type { StreamEvent } from './stream-event.js';

const event = (id: number | string, data = 'x'): StreamEvent => ({ id: String(id), type: 'message', data });

const account = () =>
  MemoryBudget.unlimited().open('anybody', { trim: () => undefined, cut: () => undefined });

function takeAll(log: EventLog): string[] {
  const ids: string[] = [];
  for (let taken = log.take(); taken; taken = log.take()) ids.push(taken.id);
  return ids;
}

describe('EventLog', () => {
  it('gives events in order and counts what waits, over many rounds', () => {
    const log = new EventLog(new ReplayBudget({ maxEvents: 50, maxBytes: 1_000 }, account()));
    let added = 0;
    let taken = 0;
    for (let round = 0; round < 100; round++) {
      for (let index = 0; index < 100; index++) log.add(event(added++));
      for (let index = 0; index < 90; index++) expect(log.take()!.id).toBe(String(taken++));
      expect([log.waiting, log.waitingBytes]).toEqual([added - taken, added - taken]);
    }
    expect(takeAll(log)).toHaveLength(added - taken);
    expect([log.waiting, log.waitingBytes]).toEqual([0, 0]);
    expect(log.rewind(String(added - 51))).toBe(true);
    expect(log.rewind(String(added - 52))).toBe(false);
    expect(takeAll(log)).toHaveLength(50);
  });

  it('forgets events of the oldest stream first when several share a budget', () => {
    const budget = new ReplayBudget({ maxEvents: 4, maxBytes: 1_000 }, account());
    const [first, second] = [new EventLog(budget), new EventLog(budget)];
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
    const log = new EventLog(budget);
    for (const id of ['a', 'b', 'c']) log.add(event(id));
    expect(budget.isExceeded).toBe(true);
    log.clear();
    expect([budget.isExceeded, log.waiting, log.rewind('a')]).toEqual([false, 0, false]);
    log.add(event('d'));
    expect(takeAll(log)).toEqual(['d']);
  });
});
