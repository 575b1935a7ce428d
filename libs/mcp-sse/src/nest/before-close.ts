/**
 * Work that runs before Nest closes an application.
 *
 * Read in @nestjs/core 11.1.0, 11.2.10, 12.0.0 and 12.5.1:
 * - Nest 12: `close()`, and a signal after `enableShutdownHooks()`, await `httpAdapter.beforeClose()` before any hook of
 *   a provider.
 * - Nest 11 has no `beforeClose()`. Both begin with `callDestroyHook()`, which awaits the `onModuleDestroy()` of one
 *   module after the other, by ascending `distance`: the root module first, all others after it.
 * - All: `distance` is set when the modules are scanned, before any provider exists. `enableShutdownHooks()` listens to
 *   signals with `process.on()`.
 *
 * If Nest changes either, nothing drains: clients are cut off instead of told to come back. The tests of draining fail
 * then.
 */
import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer, type AbstractHttpAdapter } from '@nestjs/core';

/**
 * Runs tasks before an application closes, while all of its providers still work. Hooks of other providers run too late:
 * requests in flight need providers that may be gone by then.
 */
@Injectable()
export class BeforeClose implements OnModuleDestroy {
  private readonly tasks: (() => Promise<void>)[] = [];
  private running?: Promise<unknown>;

  constructor(modules: ModulesContainer) {
    for (const module of modules.values()) if (module.metatype === BeforeCloseModule) module.distance = -1;
  }

  /** @param adapter of the application; undefined if it has no HTTP server */
  add(adapter: AbstractHttpAdapter | undefined, task: () => Promise<void>): void {
    if (this.tasks.push(task) > 1 || !adapter) return;
    const closing = adapter as object as { beforeClose?(): unknown };
    const inner = closing.beforeClose?.bind(adapter);
    closing.beforeClose = async () => {
      await this.run();
      await inner?.();
    };
  }

  /** The first hook of Nest 11, and without HTTP. Otherwise the tasks are done by now on Nest 12. */
  async onModuleDestroy(): Promise<void> {
    await this.run();
  }

  private run(): Promise<unknown> {
    return (this.running ??= Promise.all(this.tasks.map((task) => task())));
  }
}

/** Nest destroys it first. */
@Module({ providers: [BeforeClose], exports: [BeforeClose] })
export class BeforeCloseModule {}

const SIGNALS = ['SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;

/**
 * Watches for a signal that stops the application. A signal that nobody listens to is left alone: the first listener
 * would keep it from ending the process.
 */
export class StopSignals {
  private received = false;
  private readonly note = () => void (this.received = true);

  constructor() {
    for (const signal of SIGNALS)
      if (process.listenerCount(signal) > 0) process.prependOnceListener(signal, this.note);
  }

  /** Whether such a signal came. */
  get came(): boolean {
    return this.received;
  }

  ignore(): void {
    for (const signal of SIGNALS) process.removeListener(signal, this.note);
  }
}
