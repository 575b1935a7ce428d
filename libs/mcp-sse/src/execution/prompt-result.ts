import { GetPromptResultSchema, type GetPromptResult } from '@modelcontextprotocol/sdk/types.js';
import type { McpPromptDefinition } from '../model/definitions.js';
import { shapeFault } from '../model/shape-fault.js';
import { Body } from './body.js';

/**
 * Turns what a prompt's handler returned into its messages: one user message for a string, stream or file, the messages
 * of an array, a result of the protocol as it is.
 *
 * @throws {TypeError} when it is none of these, or a message is not one of the protocol
 */
export function promptResult(value: unknown, { name, description }: McpPromptDefinition): GetPromptResult {
  if (typeof value === 'string')
    return { description, messages: [{ role: 'user', content: { type: 'text', text: value } }] };
  if (value instanceof Body)
    return { description, messages: [{ role: 'user', content: value.block(`prompt://${name}/message`) }] };
  const result = Array.isArray(value) ? { description, messages: value as unknown[] } : value;
  // Clients reject a whole prompt for one wrong message.
  const fault = shapeFault(GetPromptResultSchema, result);
  if (fault === undefined) return result as GetPromptResult;
  throw new TypeError(
    'a prompt must return a string, an array of messages or { messages }, each of them ' +
      `{ role: 'user' | 'assistant', content: { type: 'text', text } or another block }: ${fault}`,
  );
}
