import { expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { JsonSchemaCheck } from './json-schema-check.js';

const engine = (allErrors: boolean) => new Ajv({ allErrors, strict: false });
const issuesOf = (items: object, value: unknown) =>
  new JsonSchemaCheck({ type: 'array', items }, engine).issuesOf(value);

it('keeps the first 20 issues and counts the others', () => {
  const found = issuesOf({ type: 'number' }, new Array(5_000).fill('a'))!;
  expect(found.issues.at(-1)).toEqual({ path: '[19]', message: 'must be number' });
  expect([found.issues.length, found.more]).toEqual([20, 4_980]);
});

it('looks for one issue only where there could be too many to keep', () => {
  const anyOf = Array.from({ length: 20 }, (_, kind) => ({ required: [`a${kind}`, `b${kind}`, `c${kind}`] }));
  const found = issuesOf(
    { anyOf },
    Array.from({ length: 10_000 }, () => ({})),
  )!;
  expect(found.issues).toHaveLength(2);
  expect(found.issues[1]).toEqual({ path: '', message: 'is too large to look for more errors' });
  expect(issuesOf({ anyOf }, [{}])!.more).toBe(41);
});

it('finds nothing wrong with what is valid', () => {
  expect(issuesOf({ type: 'number' }, [1, 2])).toBeUndefined();
});
