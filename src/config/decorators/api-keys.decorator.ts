import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { CommaSeparated } from './comma-separated.decorator.js';

const MIN_KEY_LENGTH = 16;

export interface ApiKey {
  readonly name: string;
  readonly key: string;
}

/** Reads `alice:key1, bob:key2`. The message never repeats the value, which is a secret. */
export function ApiKeys(): PropertyDecorator {
  return applyDecorators(
    // Decorators of a property run from the last to the first.
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(toApiKey) : value)),
    CommaSeparated(),
    ValidateBy({
      name: 'apiKeys',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && areApiKeys(value as ApiKey[]),
        defaultMessage: () =>
          '$property must list name:key, separated by commas: at least one with MCP_AUTH=api-key, ' +
          `no name and no key twice, each key of at least ${MIN_KEY_LENGTH} characters`,
      },
    }),
  );
}

function toApiKey(item: unknown): ApiKey {
  const [name = '', ...key] = String(item).split(':');
  return { name: name.trim(), key: key.join(':').trim() };
}

function areApiKeys(keys: readonly ApiKey[]): boolean {
  return (
    keys.length > 0 &&
    keys.every(({ name, key }) => name !== '' && key.length >= MIN_KEY_LENGTH) &&
    new Set(keys.map(({ name }) => name)).size === keys.length &&
    new Set(keys.map(({ key }) => key)).size === keys.length
  );
}
