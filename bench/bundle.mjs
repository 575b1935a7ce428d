/** Copies the built benchmark to bench/dist/bundled, with the library as its package has it: the boot depends on that. */
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleLibrary } from '../scripts/bundle-library.mjs';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
rmSync(folder('dist/bundled'), { recursive: true, force: true });
cpSync(folder('dist/bench'), folder('dist/bundled/bench'), { recursive: true });
await bundleLibrary(folder('dist/libs/mcp-sse/src'), folder('dist/bundled/libs/mcp-sse/src'), 'es');
