/**
 * Work that runs before Nest closes an application.
 *
 * Read in @nestjs/core 12.5.1: `close()`, and a signal after `enableShutdownHooks()`, await `prepareClose()`, which
 * calls `httpAdapter.beforeClose()`, before any hook of a provider. `enableShutdownHooks()` listens to signals with
 * `process.on()`.
 *
 * If Nest stops calling `beforeClose`, nothing drains: clients are cut off instead of told to come back. The tests of
 * draining fail then.
 */
import type { AbstractHttpAdapter } from '@nestjs/core';

/** What runs before each adapter closes. */
const tasks = new WeakMap<AbstractHttpAdapter, (() => Promise<void>)[]>();

/**
 * Runs a task before an application closes, while all of its providers still work. Hooks of providers run too late:
 * requests in flight need providers that may be gone by then.
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

const SIGNALS = ['SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;

/**
 * Watches for a signal that stops the application. A signal that nobody listens to is left alone: the first listener
 * would keep it from ending the process.
 *
 * @returns tells whether such a signal came
 */
export function watchStopSignals(): () => boolean {
  let received = false;
  const note = () => (received = true);
  for (const signal of SIGNALS)
    if (process.listenerCount(signal) > 0) process.prependOnceListener(signal, note);
  return () => received;
}
