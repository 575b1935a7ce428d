import { types } from 'node:util';
import { CompleteResultSchema, type CompleteResult } from '@modelcontextprotocol/sdk/types.js';
import { shapeFault } from '../model/shape-fault.js';

/** The specification's limit. */
const MAX_VALUES = 100;

/**
 * Turns what a completer returned, strings or a result of the protocol, into its suggestions.
 *
 * @throws {TypeError} when it is neither
 */
export function completionResult(value: unknown): CompleteResult {
  if (Array.isArray(value)) return suggesting(value);
  if (types.isSet(value)) return suggesting([...value]);
  const fault = shapeFault(CompleteResultSchema, value);
  if (fault === undefined) return value as CompleteResult;
  throw new TypeError(
    `a completion must return an array of strings or { completion: { values } } with ${MAX_VALUES} of them at most: ${fault}`,
  );
}

function suggesting(values: readonly unknown[]): CompleteResult {
  return {
    completion: {
      values: values.slice(0, MAX_VALUES).map(String),
      total: values.length,
      hasMore: values.length > MAX_VALUES,
    },
  };
}
