import { describe, expect, it } from '@jest/globals';
import type { WatchableResource } from '../model/invoker.js';
import { ResourceWatch } from './resource-subscriptions.js';

const noop = () => undefined;
const watchable = (watch: WatchableResource['watch']): WatchableResource => ({
  watch,
  isReadable: () => true,
});

describe('ResourceWatch', () => {
  function counted() {
    let stops = 0;
    const stop = () => void stops++;
    return { resource: watchable(() => Promise.resolve(stop)), stops: () => stops };
  }

  it('stops at once when it has started', async () => {
    const { resource, stops } = counted();
    const watch = new ResourceWatch('notes://1', resource, noop);
    await watch.started;
    expect(stops()).toBe(0);
    watch.end();
    expect(stops()).toBe(1);
  });

  it('stops as soon as it starts when it ended before', async () => {
    const { resource, stops } = counted();
    const watch = new ResourceWatch('notes://1', resource, noop);
    watch.end();
    expect(stops()).toBe(0);
    await watch.started;
    expect(stops()).toBe(1);
  });

  it('can end after it failed to start', async () => {
    const watch = new ResourceWatch(
      'notes://1',
      watchable(() => Promise.reject(new Error('no such resource'))),
      noop,
    );
    await expect(watch.started).rejects.toThrow('no such resource');
    watch.end();
  });
});
