import { expect, it, jest } from '@jest/globals';
import { describeTaskStore, newTask } from '../../../../test/fixtures/tasks/task-store-contract.js';
import { LONGEST_DELAY_MS } from '../model/longest-delay.js';
import { MemoryBudget } from '../streaming/memory-budget.js';
import { MemoryTaskStore } from './memory-task-store.js';

describeTaskStore('MemoryTaskStore', async () => {
  const store = new MemoryTaskStore();
  return [store, store];
});

it('gives the memory of the owner back who takes the most, when there is too little', async () => {
  const store = new MemoryTaskStore(new MemoryBudget(100_000, 1_000));
  const small = newTask({ owner: 'bob' });
  await store.create(small, 10);
  const large = newTask({ arguments: { text: 'x'.repeat(20_000) } });
  await store.create(large, 10);
  expect(await store.get(large.id)).toBeDefined();
  const told = new Promise((resolve) => store.watch(resolve));
  await store.change(large.id, 1, { status: 'completed', result: { text: 'x'.repeat(95_000) } });
  expect(await store.get(large.id)).toBeUndefined();
  expect(await told).toBe(large.id);
  expect(await store.get(small.id)).toEqual(small);
  expect(await store.create(newTask(), 1)).toBe(true);
});

it('keeps a task that lives for as long as a timer can run', async () => {
  jest.useFakeTimers();
  try {
    const store = new MemoryTaskStore();
    const task = newTask({ ttlMs: LONGEST_DELAY_MS });
    await store.create(task, 1);
    jest.advanceTimersByTime(1_000);
    expect(store.size).toBe(1);
    await store.close();
  } finally {
    jest.useRealTimers();
  }
});
