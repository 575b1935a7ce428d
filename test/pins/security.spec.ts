import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isMissing, namedTests, type NamedTest } from '../fixtures/named-tests.js';

interface Row {
  readonly attack: string;
  readonly tests: readonly NamedTest[];
}

/** The rows of the tables. The last cell has the form `file`: “name”, “name”; `file`: “name”. */
function rows(): Row[] {
  return readFileSync('SECURITY.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (attack|-+) +\|/.test(line))
    .map((line) => line.split(' | '))
    .map((cells) => ({ attack: cells[0]!.replace(/^\| /, '').trim(), tests: namedTests(cells.at(-1)!) }));
}

describe('the threat model', () => {
  it('has tests for each attack', () => {
    expect(rows().length).toBeGreaterThan(30);
    expect(rows().filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing = rows()
      .flatMap(({ tests }) => tests)
      .filter(isMissing);
    expect(missing).toEqual([]);
  });
});
