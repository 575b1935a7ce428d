import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import type { Pair } from './pairs.js';

/** What became of a row. */
export interface Result {
  readonly pair: Pair;
  readonly manager: string;
  /** Empty for the generator's own. */
  readonly builds: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** The titles of the steps that failed. */
  readonly failed: readonly string[];
}

export const PAGE = 'docs/compatibility.md';

/** Writes the results between the page's markers. */
export async function writeResults(results: readonly Result[]): Promise<void> {
  const applications = results.filter(({ builds }) => builds.length === 0);
  const built = results.filter(({ builds }) => builds.length > 0);
  const [date] = new Date().toISOString().split('T');
  const page = readFileSync(PAGE, 'utf8')
    .replace(between('applications'), `$1\n\nRun on ${date}.\n\n${table(APPLICATION, applications)}\n\n$2`)
    .replace(between('builds'), `$1\n\n${table(BUILD, built)}\n\n$2`);
  writeFileSync(PAGE, await format(page, { parser: 'markdown', printWidth: 110 }));
}

type Columns = Readonly<Record<string, (result: Result) => string>>;

const COMMON: Columns = {
  Nest: ({ versions }) => versions['@nestjs/core'] ?? '–',
  modules: ({ pair }) => pair.modules,
  adapter: ({ pair }) => pair.adapter,
  Node: ({ versions, pair }) => versions['node'] ?? pair.node,
  TypeScript: ({ versions }) => versions['typescript'] ?? '–',
};
const APPLICATION: Columns = {
  ...COMMON,
  tests: ({ versions, pair }) => `${pair.runner} ${versions[pair.runner.toLowerCase()] ?? ''}`,
  result: outcome,
};
const BUILD: Columns = {
  installed: ({ manager }) => manager,
  ...COMMON,
  builders: ({ builds }) => builds.join('; '),
  result: outcome,
};

function outcome({ failed }: Result): string {
  return failed.length === 0 ? 'passes' : `fails: ${failed.join('; ')}`;
}

function table(columns: Columns, results: readonly Result[]): string {
  const lines = results.map((result) => Object.values(columns).map((cell) => cell(result)));
  const names = Object.keys(columns);
  return [names, names.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function between(marker: string): RegExp {
  return new RegExp(`(<!-- ${marker} -->).*(<!-- /${marker} -->)`, 's');
}
