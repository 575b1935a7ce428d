import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testNames } from '../fixtures/test-names.js';
import { REQUIREMENTS } from '../requirements.js';

/** Requirements that the library does not meet. Remove an entry once its requirement has a test. */
const SHORTFALLS = [
  'lifecycle/initialization-first-sse',
  'progress/rate-limit',
  'ping/periodic',
  'logging/rate-limit',
  'modern/base/legacy-codes',
  'modern/progress/rate-limit',
  'modern/logging/rate-limit',
];

describe('the requirements of the specification', () => {
  it('have unique ids', () => {
    const ids = REQUIREMENTS.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have exactly one of a test, a reason not to apply, and a shortfall', () => {
    const wrong = REQUIREMENTS.filter(
      ({ test, notApplicable, shortfall }) =>
        [test, notApplicable, shortfall].filter((outcome) => outcome !== undefined).length !== 1,
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('have texts and reasons that are not empty', () => {
    const silent = REQUIREMENTS.filter(({ text, notApplicable = text, shortfall = text }) =>
      [text, notApplicable, shortfall].some((said) => said.trim() === ''),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it('are pinned by tests that exist', () => {
    const files = new Map<string, Set<string>>();
    const missing = REQUIREMENTS.flatMap(({ id, test }) => {
      if (!test) return [];
      if (!existsSync(test.file)) return `${id}: there is no ${test.file}`;
      const names = files.get(test.file) ?? testNames(test.file);
      files.set(test.file, names);
      return names.has(test.name) ? [] : `${id}: ${test.file} has no "${test.name}"`;
    });
    expect(missing).toEqual([]);
  });

  it('are met with these exceptions', () => {
    const ids = REQUIREMENTS.filter(({ shortfall }) => shortfall !== undefined).map(({ id }) => id);
    expect(ids).toEqual(SHORTFALLS);
  });
});
