import type { GetPromptResult, PromptMessage } from '@modelcontextprotocol/sdk/types.js';

/**
 * Makes the messages of a prompt of what its handler returned: a string is one message of the user, an array
 * is the messages, a result of the protocol itself.
 *
 * @throws {TypeError} when it is none of these
 */
export function promptResult(value: unknown, description?: string): GetPromptResult {
  if (typeof value === 'string')
    return { description, messages: [{ role: 'user', content: { type: 'text', text: value } }] };
  if (Array.isArray(value)) return { description, messages: value as PromptMessage[] };
  if (Array.isArray((value as { messages?: unknown } | null | undefined)?.messages))
    return value as GetPromptResult;
  throw new TypeError('a prompt must return a string, an array of messages or { messages }');
}
