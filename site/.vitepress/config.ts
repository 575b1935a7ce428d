import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { anchorOf } from './anchor.js';
import { links, picturePairs } from './markdown.js';
import { navigation, pathOf } from './navigation.js';

const root = resolve(import.meta.dirname, '../..');
const { version, description } = JSON.parse(
  readFileSync(join(root, 'libs/mcp-sse/package.json'), 'utf8'),
) as Record<string, string>;
const icon = readFileSync(join(root, 'libs/mcp-sse/src/console/page/icon.svg'), 'utf8');
/** Files of the repository that pages link to. */
const files = new Set<string>();

/** Ranks pages that tell how to do something before those that tell why, or what has been. */
function rank(id: string): number {
  return /decisions|migrating|CHANGELOG|CONTRIBUTING|SECURITY|architecture/.test(id) ? 0.3 : 1;
}

/** The Markdown at the root of the repository and in docs/, at the same paths. The README is the first page. */
export default defineConfig({
  title: 'nestjs-mcp-sse',
  description,
  lang: 'en',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: root,
  srcExclude: ['!(docs)/**/*.md'],
  rewrites: pathOf,
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    image: { lazyLoading: true },
    config: (md) => {
      links(md, root, files);
      picturePairs(md);
    },
  },
  vite: {
    plugins: [
      // The pages are outside of this folder, and so do not find its packages themselves.
      {
        name: 'packages-for-pages',
        enforce: 'pre',
        configResolved: ({ optimizeDeps }) => void (optimizeDeps.include = []),
        resolveId(id, importer) {
          return /^vue(\/|$)/.test(id) && importer?.endsWith('.md')
            ? this.resolve(id, join(import.meta.dirname, 'config.ts'), { skipSelf: true })
            : null;
        },
      },
    ],
  },
  themeConfig: {
    nav: [
      { text: 'Docs', link: '/docs/', activeMatch: '^/docs/' },
      { text: 'Options', link: '/#options' },
      { text: version!, link: '/CHANGELOG' },
    ],
    sidebar: navigation(root, 'docs/README.md') as DefaultTheme.SidebarItem[],
    outline: [2, 3],
    search: {
      provider: 'local',
      options: { miniSearch: { searchOptions: { boostDocument: rank } } },
    },
    notFound: { quote: 'The search finds pages by their words.' },
  },
  buildEnd: ({ outDir }) => {
    for (const file of files) {
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      copyFileSync(join(root, file), join(outDir, file));
    }
  },
});
