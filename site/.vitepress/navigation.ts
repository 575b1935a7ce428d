import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface NavigationItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly NavigationItem[];
}

/** The sections of an index, each with the pages that it lists. @param index path from the root of the repository */
export function navigation(root: string, index: string): NavigationItem[] {
  const [, ...sections] = readFileSync(join(root, index), 'utf8').split(/^## /m);
  return sections.map((section) => ({
    text: section.slice(0, section.indexOf('\n')),
    items: listed(root, section, dirname(index)),
  }));
}

/** The pages that begin a row of a table or an item of a list. An index has its own pages below it. */
function listed(root: string, section: string, folder: string): NavigationItem[] {
  return [...section.matchAll(/^[|-] \[(.+?)\]\((\S+?\.md)\)/gm)].map(([, text, file]) => {
    const path = join(folder, file!);
    const link = `/${pathOf(path).replace(/(index)?\.md$/, '')}`;
    if (basename(path) !== 'README.md') return { text: text!, link };
    const items = listed(root, readFileSync(join(root, path), 'utf8'), dirname(path));
    return { text: text!, link, collapsed: true, items };
  });
}

/** The path that a Markdown file has in the site. */
export function pathOf(file: string): string {
  return file.replace(/(^|\/)README\.md$/, '$1index.md');
}
