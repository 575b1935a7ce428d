import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * The suite imports `globSync`, which Node has from 22 on, for a command that is not used here. This module is
 * preloaded on older ones; it registers itself as the loader that adds the export. (Patching `fs` would not do:
 * a built-in module gets no new export once it has been loaded.)
 */
if (isMainThread) register(import.meta.url);

const FS = `data:text/javascript,
  export * from 'node:fs';
  export { default } from 'node:fs';
  export const globSync = () => { throw new Error('globSync needs Node 22'); };`;

export function resolve(specifier, context, next) {
  return specifier === 'fs' ? { url: FS, shortCircuit: true } : next(specifier, context);
}
