import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** @see https://code.claude.com/docs/en/mcp#raise-the-limit-for-a-specific-tool */
const SIZE = 'anthropic/maxResultSizeChars';
const MAX_INLINE_CHARS = 500_000;
const WAYS: readonly unknown[] = [undefined, 'error', 'truncate', 'resource'];

/**
 * Checks what a tool says about large results.
 *
 * @param where the tool is declared, for the message
 * @throws {McpConfigurationError}
 */
export function assertResultOptions(options: McpToolOptions, hasOutput: boolean, where: string): void {
  const { maxBytes, onTooLarge, inlineChars, meta } = options;
  const fail = (problem: string) => {
    throw new McpConfigurationError(`${where}: ${problem}`);
  };
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes > 0))
    fail(`"maxBytes" is ${maxBytes}, but must be a whole number above 0.`);
  if (!WAYS.includes(onTooLarge))
    fail(`"onTooLarge" is ${JSON.stringify(onTooLarge)}, but must be "error", "truncate" or "resource".`);
  if (hasOutput && onTooLarge !== undefined && onTooLarge !== 'error')
    fail(
      `"onTooLarge" is "${onTooLarge}", but what it sends would not fit the output schema. Leave one of both out, or let ` +
        'the schema describe pages that are small enough.',
    );
  if (inlineChars === undefined) return;
  if (!(Number.isSafeInteger(inlineChars) && inlineChars > 0 && inlineChars <= MAX_INLINE_CHARS))
    fail(`"inlineChars" is ${inlineChars}, but must be a whole number from 1 to ${MAX_INLINE_CHARS}.`);
  if (meta && SIZE in meta) fail(`"inlineChars" and "meta" both set "${SIZE}". Leave one of them out.`);
}

/** The `_meta` of a tool, with the size of results that clients may show inline. */
export function metaWithSize({ meta, inlineChars }: McpToolOptions): Record<string, unknown> | undefined {
  return inlineChars === undefined ? meta : { ...meta, [SIZE]: inlineChars };
}
