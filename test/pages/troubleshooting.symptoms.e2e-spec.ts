import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { testNames } from '../fixtures/test-names.js';

it('has a test for each symptom', () => {
  const files = [
    'test/pages/troubleshooting.e2e-spec.ts',
    'test/pages/troubleshooting.nest.e2e-spec.ts',
    'test/pages/troubleshooting.mistakes.e2e-spec.ts',
    'test/pages/troubleshooting.imports.e2e-spec.ts',
    'test/e2e/late-class.e2e-spec.ts',
    'test/package/missing-peers.package-spec.ts',
    'test/package/two-copies.package-spec.ts',
  ];
  const tested = files.flatMap((file) => [...testNames(file)]);
  const symptoms = [...readFileSync('docs/troubleshooting.md', 'utf8').matchAll(/^### (.+)$/gm)].map(
    ([, symptom]) => symptom!,
  );
  expect(symptoms.filter((symptom) => !tested.includes(symptom))).toEqual([]);
});
