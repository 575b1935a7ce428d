/** Bundles the modules of the library that the TypeScript compiler has written. See docs/decisions/0026. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { rollup } from 'rollup';

const { exports } = JSON.parse(
  readFileSync(new URL('../libs/mcp-sse/package.json', import.meta.url), 'utf8'),
);
/** The files of the entry points, below the folder of a build, without their extension. */
const entries = Object.values(exports).flatMap((entry) => {
  const [, file] = /^\.\/dist\/esm\/(.*)\.js$/.exec(entry['module-sync'] ?? '') ?? [];
  return file ?? [];
});

/**
 * Writes a file for each entry point, and `library.js`, which has all that the main one imports and the others share.
 *
 * @param {string} modules folder of the modules
 * @param {string} folder of the output
 * @param {'es' | 'cjs'} format
 * @param {Record<string, string>} included paths of the packages that become part of the output, by name
 */
export async function bundleLibrary(modules, folder, format, included = {}) {
  const fileOf = (entry) => join(modules, `${entry}.js`);
  const input = Object.fromEntries(
    entries.filter((entry) => existsSync(fileOf(entry))).map((entry) => [entry, fileOf(entry)]),
  );
  const bundle = await rollup({
    input,
    external: (id) => !id.startsWith('.') && !isAbsolute(id) && !(id in included),
    plugins: [
      { resolveId: (id) => included[id], resolveImportMeta: format === 'cjs' ? urlOfFile : undefined },
    ],
    // Bundlers of applications do it, for what these import.
    treeshake: false,
    onwarn: (warning, warn) => {
      // The helpers that the compiler writes into each module look for helpers in `this`.
      if (warning.code !== 'THIS_IS_UNDEFINED') warn(warning);
    },
  });
  await bundle.write({
    dir: folder,
    format,
    manualChunks: { library: [input.index] },
    chunkFileNames: '[name].js',
    // As Node imports CommonJS.
    interop: 'default',
    esModule: true,
    externalLiveBindings: false,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    // Jest's `require()` cannot wait for an `import()`.
    dynamicImportInCjs: false,
  });
  await bundle.close();
}

/** @param {string | null} property of `import.meta` */
function urlOfFile(property) {
  return property === 'url' ? `require('node:url').pathToFileURL(__filename).href` : null;
}
