import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { compileForm } from './compile-form.js';

const form = () => ({ type: 'object' as const, properties: { name: { type: 'string' as const } } });

it('takes a form that names its dialect, and one with the names of its choices', () => {
  const named = { ...form(), $schema: 'http://json-schema.org/draft-07/schema#' };
  expect(compileForm(named)({ name: 'Ada' })).toBeUndefined();
  const choices = { type: 'string' as const, enum: ['a'], enumNames: ['A'] };
  expect(compileForm({ type: 'object', properties: { choices } })({ choices: 'a' })).toBeUndefined();
});

it('compiles equal forms once, as long as few others come between', () => {
  const check = compileForm(form());
  expect(compileForm(form())).toBe(check);
  const changed = form();
  compileForm(changed);
  Object.assign(changed, { required: ['name'] });
  expect(compileForm(changed)({})).toContain('name');
  const others = (count: number) => {
    for (let at = 0; at < count; at++)
      compileForm({ type: 'object', properties: {}, required: [`${count}.${at}`] });
  };
  others(10);
  expect(compileForm(form())).toBe(check);
  others(50);
  expect(compileForm(form())).not.toBe(check);
});

it('keeps no form of more than 10,000 characters', () => {
  const long = { ...form(), title: 'x'.repeat(10_000) };
  expect(compileForm(long)).not.toBe(compileForm(long));
});

it('keeps nothing of a form that nobody has any more', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const forms = Array.from({ length: 10 }, () => {
    const made = form();
    expect(compileForm(made)({ name: 'Ada' })).toBeUndefined();
    return new WeakRef(made);
  });
  await new Promise(setImmediate);
  collect();
  expect(forms.filter((made) => made.deref() !== undefined)).toEqual([]);
});
