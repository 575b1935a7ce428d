/** Makes the schematics of the library, which Nest's CLI runs: one CommonJS file beside what describes it. */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sources = fileURLToPath(new URL('../libs/mcp-sse/schematics/', import.meta.url));

/** @param {string} folder of the output */
export async function buildSchematics(folder) {
  await build({
    entryPoints: [join(sources, 'index.ts')],
    outfile: join(folder, 'schematics.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.json')))
    cpSync(join(sources, file), join(folder, file));
}
