import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorOf } from '../../site/.vitepress/anchor.js';
import { codeBlocks } from '../fixtures/readme-blocks.js';

const PAGES = readdirSync('docs')
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);
const DECISIONS = readdirSync('docs/decisions').map((file) => `docs/decisions/${file}`);
const WITH_LINKS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...PAGES, ...DECISIONS];
const SPECS = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('-spec.ts'))
  .map((file) => readFileSync(join('test', file), 'utf8'));
/** Matches a spec that checks that it has run all blocks, or runs them in order. */
const runsAll = (spec: string, page: string) =>
  spec.includes('page.untested') || spec.includes(`of codeBlocks('${page}')`);
const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

/** The anchors of a page's headings. */
function anchors(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
}

describe('the documentation', () => {
  it.each(WITH_LINKS)('%s links to files and headings that exist', (page) => {
    const broken = [...readFileSync(page, 'utf8').matchAll(LINK)].filter(([, path, anchor]) => {
      const target = path ? join(dirname(page), path) : page;
      return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.each(PAGES)('%s gives each block a unique name', (page) => {
    const ids = codeBlocks(page).map(({ id }) => id);
    expect(ids.filter((id, index) => id === '' || ids.indexOf(id) !== index)).toEqual([]);
  });

  it.each(PAGES.filter((page) => codeBlocks(page).length > 0))(
    '%s has a spec that runs its blocks',
    (page) => {
      const names = (spec: string) => spec.includes(`'${page}'`);
      const runs = (spec: string, id: string) => spec.includes(`'${id}'`) || runsAll(spec, page);
      const untested = codeBlocks(page).filter(
        ({ id }) => !SPECS.some((spec) => names(spec) && runs(spec, id)),
      );
      expect(untested.map(({ id }) => id)).toEqual([]);
    },
  );

  it('names files of the library that exist, in its walks', () => {
    const paths = [...readFileSync('docs/architecture.md', 'utf8').matchAll(/`([\w./-]+\.ts)`/g)];
    expect(paths.length).toBeGreaterThan(50);
    expect(
      paths.map(([, path]) => path!).filter((path) => !existsSync(join('libs/mcp-sse/src', path))),
    ).toEqual([]);
  });

  it('has small pictures, each of a shot that a page shows', () => {
    const shots = readdirSync('scripts/pictures/shots').map((file) => basename(file, '.ts'));
    const text = WITH_LINKS.map((page) => readFileSync(page, 'utf8')).join('');
    const wrong = readdirSync('docs/images').filter((file) => {
      const [, shot] = /^(.+)-(?:light|dark|phone)\.png$/.exec(file) ?? [];
      const isShown = text.includes(`images/${shot}-`);
      return !shots.includes(shot!) || !isShown || statSync(`docs/images/${file}`).size > 65_536;
    });
    expect(wrong).toEqual([]);
  });

  it.each(['docs', 'docs/decisions'])('%s/README.md lists every page beside it', (folder) => {
    const index = readFileSync(`${folder}/README.md`, 'utf8');
    const missing = [...PAGES, ...DECISIONS]
      .filter((page) => dirname(page) === folder && basename(page) !== 'README.md')
      .filter((page) => !index.includes(`](${basename(page)})`));
    expect(missing).toEqual([]);
  });
});
