import type { AbstractHttpAdapter } from '@nestjs/core';

/** What has to be done before an adapter closes. */
const tasks = new WeakMap<AbstractHttpAdapter, (() => Promise<void>)[]>();

/**
 * Has an application wait for something before anything of it is torn down: Nest asks its adapter first, and
 * providers only then. Hooks of providers would be too late: what runs needs other providers.
 */
export function beforeClose(adapter: AbstractHttpAdapter, task: () => Promise<void>): void {
  const others = tasks.get(adapter);
  if (others) return void others.push(task);
  const all = [task];
  tasks.set(adapter, all);
  const inner = adapter.beforeClose?.bind(adapter);
  adapter.beforeClose = async () => {
    await Promise.all(all.map((each) => each()));
    await inner?.();
  };
}
