import type { LazyModuleLoader } from '@nestjs/core';

/**
 * Calls back after each module that the application loads while it runs. `load()` waits for the callback and rejects
 * when it does.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1: Nest has no hook for such modules, but injects one `LazyModuleLoader` everywhere, so its
 * `load` is wrapped. With a loader for each injecting provider, features of lazily loaded modules would be missing.
 */
export function afterLazyLoad(loader: LazyModuleLoader, callback: () => Promise<void>): void {
  const load = loader.load.bind(loader);
  loader.load = async (...args) => {
    const moduleRef = await load(...args);
    await callback();
    return moduleRef;
  };
}
