import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testNames } from '../fixtures/test-names.js';

interface Row {
  readonly attack: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

/** The rows of the tables. The last cell has the form `file`: “name”, “name”; `file`: “name”. */
function rows(): Row[] {
  return readFileSync('SECURITY.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (attack|-+) +\|/.test(line))
    .map((line) => line.split(' | '))
    .map((cells) => ({ attack: cells[0]!.replace(/^\| /, '').trim(), tests: testsOf(cells.at(-1)!) }));
}

function testsOf(cell: string): Row['tests'] {
  return cell.split('; `').flatMap((group) => {
    const [, file] = /^`?([^`]+)`: /.exec(group) ?? [];
    const path = file?.includes('/') ? file : `test/e2e/${file}`;
    return [...group.matchAll(/“([^”]+)”/g)].map(([, name]) => ({ file: path, name: name! }));
  });
}

describe('the threat model', () => {
  it('has tests for each attack', () => {
    expect(rows().length).toBeGreaterThan(30);
    expect(rows().filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing = rows()
      .flatMap(({ tests }) => tests)
      .filter(({ file, name }) => !existsSync(file) || !testNames(file).has(name));
    expect(missing).toEqual([]);
  });
});
