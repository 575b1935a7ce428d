import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { pathOf } from './navigation.js';

/** Keeps links to Markdown, adds the files of the repository that are linked to, and drops links to its folders. */
export function links(md: MarkdownRenderer, root: string, files: Set<string>): void {
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    const inline = tokens.flatMap(({ children }) => children ?? []);
    inline.forEach((token, index) => {
      const href = token.attrGet('href');
      if (token.type !== 'link_open' || !href || /^(#|[a-z]+:)/.test(href)) return;
      const [path, hash] = href.split('#');
      const target = join(folderOf(env), decodeURI(path!));
      if (path!.endsWith('.md')) {
        token.attrSet('href', pathOf(path!) + (hash ? `#${hash}` : ''));
      } else if (existsSync(target)) {
        if (statSync(target).isFile() && !basename(target).startsWith('.')) {
          files.add(relative(root, target));
          // Without a target the router would take it for a page.
          token.attrSet('target', '_self');
        } else {
          token.tag = 'span';
          token.attrs = null;
          inline.slice(index).find(({ type }) => type === 'link_close')!.tag = 'span';
          token.type = 'span_open';
        }
      }
    });
  });
}

/** Shows the picture of a pair, such as `console-light.png` and `console-dark.png`, that fits the page's colours. */
export function picturePairs(md: MarkdownRenderer): void {
  const image = md.renderer.rules.image!;
  md.renderer.rules.image = (...args) => {
    const [tokens, index, , env] = args;
    const token = tokens[index]!;
    const [, stem] = /^(.+)-(?:light|dark)\.png$/.exec(token.attrGet('src') ?? '') ?? [];
    const both = ['light', 'dark'].map((look) => ({ look, src: `${stem}-${look}.png` }));
    if (!stem || !both.every(({ src }) => existsSync(join(folderOf(env), src)))) return image(...args);
    return both
      .map(({ look, src }) => {
        token.attrSet('src', src);
        token.attrSet('class', `${look}-only`);
        return image(...args);
      })
      .join('');
  };
}

/** The folder of the file that is rendered; the search index knows only the path. */
function folderOf({ realPath, path }: { realPath?: string; path: string }): string {
  return dirname(realPath ?? path);
}
