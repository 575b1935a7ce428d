import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { Environment } from './environment.js';
import { validateEnvironment } from './validate-environment.js';

describe('.env.example', () => {
  let settings: [name: string, value: string][];

  beforeAll(async () => {
    const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
    settings = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]);
  });

  it('lists each variable of the application exactly once, and no others', () => {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false);
    const variables = new Set(metadata.map(({ propertyName }) => propertyName));
    expect(settings.map(([name]) => name).sort()).toEqual([...variables].sort());
  });

  it('states the defaults', () => {
    expect(validateEnvironment(Object.fromEntries(settings))).toEqual(validateEnvironment({}));
    for (const [name, value] of settings) {
      const standard = Reflect.get(new Environment(), name) as unknown;
      expect([name, value]).toEqual([name, standard === undefined ? '' : String(standard)]);
    }
  });
});
