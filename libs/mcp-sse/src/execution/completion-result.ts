import type { CompleteResult } from '@modelcontextprotocol/sdk/types.js';

/** The specification's limit. */
const MAX_VALUES = 100;

/**
 * Makes the suggestions of a completion of what its handler returned: strings, or a result of the protocol.
 *
 * @throws {TypeError} when it is neither
 */
export function completionResult(value: unknown): CompleteResult {
  if (Array.isArray(value))
    return {
      completion: {
        values: value.slice(0, MAX_VALUES).map(String),
        total: value.length,
        hasMore: value.length > MAX_VALUES,
      },
    };
  if (Array.isArray((value as { completion?: { values?: unknown } } | null)?.completion?.values))
    return value as CompleteResult;
  throw new TypeError('a completion must return an array of strings or { completion: { values } }');
}
