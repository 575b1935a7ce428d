import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isMissing, namedTests } from '../fixtures/named-tests.js';

/** The rows of README's table of features, without its head. */
function features(): string[][] {
  const [section] = /(?<=^## Features\n)[^]*?(?=^## )/m.exec(readFileSync('README.md', 'utf8')) ?? [''];
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

describe("README's features", () => {
  it('have a test each, which exists', () => {
    expect(features().length).toBeGreaterThan(10);
    const tests = features().map(([feature, , cell]) => ({ feature, tests: namedTests(cell!) }));
    expect(tests.filter((row) => row.tests.length === 0)).toEqual([]);
    expect(tests.flatMap((row) => row.tests).filter(isMissing)).toEqual([]);
  });
});
