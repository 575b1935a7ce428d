import { expect, it } from '@jest/globals';
import { testNames } from '../fixtures/test-names.js';
import { TROUBLESHOOTING } from '../fixtures/troubleshooting-page.js';

it('has a test for each symptom', () => {
  const files = [
    'test/pages/troubleshooting.e2e-spec.ts',
    'test/pages/troubleshooting.questions.e2e-spec.ts',
    'test/pages/troubleshooting.nest.e2e-spec.ts',
    'test/pages/troubleshooting.mistakes.e2e-spec.ts',
    'test/pages/troubleshooting.imports.e2e-spec.ts',
    'test/e2e/late-class.e2e-spec.ts',
    'test/package/missing-peers.package-spec.ts',
    'test/package/two-copies.package-spec.ts',
  ];
  const tested = files.flatMap((file) => [...testNames(file)]);
  expect(allOf(/^### (.+)$/gm).filter((symptom) => !tested.includes(symptom))).toEqual([]);
});

it('quotes no message for two symptoms', () => {
  const quotes = allOf(/^> (.+)$/gm);
  expect(quotes.filter((quote, index) => quotes.indexOf(quote) !== index)).toEqual([]);
});

/** The parts of the page that an expression captures. */
function allOf(expression: RegExp): string[] {
  return [...TROUBLESHOOTING.matchAll(expression)].map(([, part]) => part!);
}
