import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';
import type { McpApiKey } from 'nestjs-mcp-sse';
import { CommaSeparated } from './text-value.decorators.js';

const MIN_KEY_LENGTH = 16;

/** Reads `alice:key1, bob:sha256:<digest of key2>`. The message never repeats the value, which is a secret. */
export function ApiKeys(): PropertyDecorator {
  return applyDecorators(
    // Decorators of a property run from the last to the first.
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(toApiKey) : value)),
    CommaSeparated(),
    ValidateBy({
      name: 'apiKeys',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && areApiKeys(value as McpApiKey[]),
        defaultMessage: () =>
          '$property must list name:key or name:sha256:digest, separated by commas: at least one with ' +
          `MCP_AUTH=api-key, no key twice, each key of at least ${MIN_KEY_LENGTH} characters, ` +
          'each digest of 64 hex digits',
      },
    }),
  );
}

function toApiKey(item: unknown): McpApiKey {
  const [name = '', ...rest] = String(item).split(':');
  const key = rest.join(':').trim();
  const digest = /^sha256:(.*)$/.exec(key)?.[1];
  return digest === undefined ? { name: name.trim(), key } : { name: name.trim(), digest };
}

function areApiKeys(keys: readonly McpApiKey[]): boolean {
  const values = keys.map((key) => ('key' in key ? key.key : key.digest));
  return (
    keys.length > 0 &&
    keys.every((key) => key.name !== '' && isStrong(key)) &&
    new Set(values).size === keys.length
  );
}

function isStrong(key: McpApiKey): boolean {
  return 'key' in key ? key.key.length >= MIN_KEY_LENGTH : /^[0-9a-f]{64}$/i.test(key.digest);
}

/** Accepts a name that `MCP_API_KEYS` contains. */
export function IsNameOfKey(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isNameOfKey',
      validator: {
        validate: (value: unknown, args?: ValidationArguments) =>
          namesOf(args!.object).includes(String(value)),
        defaultMessage: () => '$property must list names that MCP_API_KEYS has',
      },
    },
    options,
  );
}

function namesOf(environment: object): string[] {
  const { MCP_API_KEYS: keys } = environment as { MCP_API_KEYS: McpApiKey[] | string };
  return Array.isArray(keys) ? keys.map(({ name }) => name) : [];
}
