import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * The suite imports `globSync`, which Node has from version 22, for a command that is not used here. Preloaded on older
 * versions, this module registers itself as a loader that adds the export. Patching `fs` would not work: a built-in module
 * gets no new exports once it is loaded.
 */
if (isMainThread) register(import.meta.url);

const FS = `data:text/javascript,
  export * from 'node:fs';
  export { default } from 'node:fs';
  export const globSync = () => { throw new Error('globSync needs Node 22'); };`;

export function resolve(specifier, context, next) {
  return specifier === 'fs' ? { url: FS, shortCircuit: true } : next(specifier, context);
}
