import { assertCounts } from '../model/assert-counts.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../model/resolved-options.js';

const MIN_KEY_LENGTH = 32;
const GENERATE = 'Generate one, for example with `openssl rand -base64 48`.';

/** @throws {McpConfigurationError} when a member of the option `input` cannot work. Its message contains no key. */
export function assertInput({ keys, singleUse, ...counts }: ResolvedOptions['input']): void {
  if (keys !== undefined) assertKeys(keys);
  assertCounts(counts, 'input');
  if (typeof singleUse !== 'boolean')
    throw new McpConfigurationError(`"input.singleUse" is ${String(singleUse)}, but must be true or false.`);
}

function assertKeys(keys: readonly unknown[]): void {
  if (!Array.isArray(keys))
    throw new McpConfigurationError('"input.keys" must be an array of secrets, the one in use first.');
  if (keys.length === 0)
    throw new McpConfigurationError(
      `"input.keys" is empty. Leave it out to let the server make a key, or add a secret. ${GENERATE}`,
    );
  const short = keys.findIndex((key) => typeof key !== 'string' || key.length < MIN_KEY_LENGTH);
  if (short >= 0)
    throw new McpConfigurationError(
      `"input.keys" must hold secrets of at least ${MIN_KEY_LENGTH} characters, but its element ${short} ${problemOf(keys[short])}. ${GENERATE}`,
    );
  if (new Set(keys).size < keys.length)
    throw new McpConfigurationError('"input.keys" contains a key twice. Remove one of the two.');
}

function problemOf(key: unknown): string {
  return typeof key === 'string' ? `has ${key.length}` : 'is not a string';
}
