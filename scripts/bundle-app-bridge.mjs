/**
 * Makes `app-bridge.js` of the console's page from the official host library of MCP Apps, so that the page loads nothing
 * from elsewhere. It is a product of the build, and not in the repository.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const inModules = (...names) => join(root, 'node_modules', ...names);

/** The texts that the licences of the bundled packages ask to keep. Some packages share one. */
function licences(names) {
  const namesByText = new Map();
  for (const name of names) {
    const { version } = JSON.parse(readFileSync(inModules(name, 'package.json'), 'utf8'));
    const text = readFileSync(inModules(name, 'LICENSE'), 'utf8').trim();
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...namesByText].map(([text, owners]) => `${owners.join(', ')}\n\n${text}`).join('\n\n');
}

/** The messages of zod in other languages are a third of the size, and nobody reads them here. */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

await build({
  stdin: {
    // The page's policy forbids code made from text, which zod would try.
    contents: `
      import './jitless';
      export { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';`,
    resolveDir: root,
  },
  plugins: [
    englishOnly,
    {
      name: 'jitless',
      setup({ onLoad, onResolve }) {
        onResolve({ filter: /^\.\/jitless$/ }, () => ({
          path: 'jitless',
          namespace: 'jitless',
          sideEffects: true,
        }));
        onLoad({ filter: /.*/, namespace: 'jitless' }, () => ({
          contents: 'import { config } from "zod/v4/core"; config({ jitless: true });',
          resolveDir: root,
        }));
      },
    },
  ],
  absWorkingDir: root,
  outfile: 'libs/mcp-sse/src/console/page/app-bridge.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  banner: {
    js: `/*!\n${licences([
      '@modelcontextprotocol/ext-apps',
      '@modelcontextprotocol/client',
      '@modelcontextprotocol/core',
      'zod',
    ])}\n*/`,
  },
  logLevel: 'warning',
});
