import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

describe('Slots', () => {
  const { signal } = new AbortController();

  const started = (slots: Slots, names: readonly string[]) => {
    const running = new Map<string, () => void>();
    const order: string[] = [];
    const ends = names.map((name) =>
      slots.run(() => {
        order.push(name);
        return new Promise<void>((resolve) => running.set(name, resolve));
      }, signal),
    );
    return { running, order, ends };
  };
  const turns = () => new Promise(setImmediate);

  it('limits concurrent tasks, and runs the others in order', async () => {
    const { running, order, ends } = started(new Slots(2), ['a', 'b', 'c', 'd']);
    await turns();
    expect(order).toEqual(['a', 'b']);
    for (const name of ['b', 'a', 'c', 'd']) {
      running.get(name)!();
      await turns();
    }
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    await Promise.all(ends);
  });

  it('passes the slot of a failed task to the next', async () => {
    const slots = new Slots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(await slots.run(() => Promise.resolve('next'), signal)).toBe('next');
  });

  it('does not run a task that is cancelled while it waits, nor lose its slot', async () => {
    const slots = new Slots(1);
    const { running, ends } = started(slots, ['a']);
    const leaver = new AbortController();
    const waiting = slots.run(() => Promise.resolve('ran'), leaver.signal);
    const next = slots.run(() => Promise.resolve('next'), signal);
    leaver.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    running.get('a')!();
    expect(await next).toBe('next');
    await Promise.all(ends);
  });
});
