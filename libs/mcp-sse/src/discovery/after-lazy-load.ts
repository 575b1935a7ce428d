import type { LazyModuleLoader } from '@nestjs/core';

/**
 * Calls back each time that the application has loaded a module while it runs; `load()` then waits for the callback,
 * and rejects as it does. Nest tells nobody of such modules, but has one loader for all who inject it.
 */
export function afterLazyLoad(loader: LazyModuleLoader, callback: () => Promise<void>): void {
  const load = loader.load.bind(loader);
  loader.load = async (...args) => {
    const moduleRef = await load(...args);
    await callback();
    return moduleRef;
  };
}
