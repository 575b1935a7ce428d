import { describe, expect, it } from '@jest/globals';
import { ResourceWatch } from './resource-watch.js';

describe('ResourceWatch', () => {
  function counted() {
    let stops = 0;
    return { stop: () => void stops++, stops: () => stops };
  }

  it('stops at once when it has started', async () => {
    const { stop, stops } = counted();
    const watch = new ResourceWatch(Promise.resolve(stop));
    await watch.started;
    expect(stops()).toBe(0);
    watch.end();
    expect(stops()).toBe(1);
  });

  it('stops as soon as it starts when it ended before', async () => {
    const { stop, stops } = counted();
    const watch = new ResourceWatch(Promise.resolve(stop));
    watch.end();
    expect(stops()).toBe(0);
    await watch.started;
    expect(stops()).toBe(1);
  });

  it('can end after it failed to start', async () => {
    const watch = new ResourceWatch(Promise.reject(new Error('no such resource')));
    await expect(watch.started).rejects.toThrow('no such resource');
    watch.end();
  });
});
