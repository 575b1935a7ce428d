/**
 * Makes the builds of the library from the modules that the TypeScript compiler has written to `dist/esm`: ES modules in
 * their place, and CommonJS in `dist/cjs`, with the same types. See docs/decisions/0020 and 0026.
 */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchematics } from './build-schematics.mjs';
import { bundleLibrary } from './bundle-library.mjs';

const library = fileURLToPath(new URL('../libs/mcp-sse/', import.meta.url));
const esm = join(library, 'dist/esm');
const cjs = join(library, 'dist/cjs');
const modules = join(library, 'dist/modules');
/** jose has no CommonJS build, so it becomes a part of ours. */
const included = { jose: fileURLToPath(import.meta.resolve('jose')) };

rmSync(modules, { recursive: true, force: true });
cpSync(esm, modules, { recursive: true });
const scripts = readdirSync(esm, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && !file.startsWith(join('console', 'page', '/')),
);
for (const script of scripts) rmSync(join(esm, script));

rmSync(cjs, { recursive: true, force: true });
cpSync(esm, cjs, { recursive: true });
writeFileSync(join(cjs, 'package.json'), `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`);

await bundleLibrary(modules, esm, 'es');
await bundleLibrary(modules, cjs, 'cjs', included);
rmSync(modules, { recursive: true });

await buildSchematics(join(library, 'dist/schematics'));
