/**
 * Makes the CommonJS build of the library, `dist/cjs`, from its ES modules in `dist/esm`: the same files, each translated
 * by itself, and the same types. See docs/decisions/0020.
 */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildSchematics } from './build-schematics.mjs';

const library = fileURLToPath(new URL('../libs/mcp-sse/', import.meta.url));
const esm = join(library, 'dist/esm');
const cjs = join(library, 'dist/cjs');
/** Re-exports jose, which has no CommonJS build, so jose becomes a part of this file. */
const BUNDLED = join('auth', 'jose.js');
/** Reads files beside it, by URLs. */
const WITH_URLS = join('console', 'page-files.js');
const scripts = readdirSync(esm, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && !file.startsWith(join('console', 'page', '/')),
);

rmSync(cjs, { recursive: true, force: true });
cpSync(esm, cjs, { recursive: true, filter: (path) => !scripts.some((file) => path === join(esm, file)) });
writeFileSync(join(cjs, 'package.json'), `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`);

const options = {
  absWorkingDir: esm,
  outbase: esm,
  outdir: cjs,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // Jest's `require()` cannot wait for an `import()`.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
};

await build({ ...options, entryPoints: scripts.filter((file) => file !== BUNDLED && file !== WITH_URLS) });
await build({ ...options, entryPoints: [BUNDLED], bundle: true });
await build({
  ...options,
  entryPoints: [WITH_URLS],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: `"use strict";\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href;` },
});

await buildSchematics(join(library, 'dist/schematics'));
