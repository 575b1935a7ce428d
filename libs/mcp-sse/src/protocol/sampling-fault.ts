import {
  CreateMessageRequestParamsSchema,
  type CreateMessageRequestParams,
  type SamplingMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { shapeFault } from '../model/shape-fault.js';

/**
 * What a client would refuse, or a model, in what a tool wants to have sampled; undefined where there is nothing.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/sampling#message-content-constraints
 */
export function samplingFault(params: CreateMessageRequestParams): string | undefined {
  return shapeFault(CreateMessageRequestParamsSchema, params) ?? toolLoopFault(params.messages);
}

/** Each tool use has its result in the next message, and that message has nothing else. */
function toolLoopFault(messages: readonly SamplingMessage[]): string | undefined {
  let uses: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = [content].flat();
    const results = blocks.flatMap((block) => (block.type === 'tool_result' ? block.toolUseId : []));
    if (results.length > 0 && (results.length < blocks.length || role !== 'user'))
      return `messages.${index}: a message with a tool_result is of the user and has nothing else.`;
    if (!haveSameIds(uses, results))
      return `messages.${index}: each tool_use must have its tool_result in the next message, and no other.`;
    uses = blocks.flatMap((block) => (block.type === 'tool_use' ? block.id : []));
    if (uses.length > 0 && role !== 'assistant')
      return `messages.${index}: a message with a tool_use is of the assistant.`;
  }
  return uses.length === 0 ? undefined : 'messages: the results of the last tool_use are missing.';
}

function haveSameIds(uses: readonly string[], results: readonly string[]): boolean {
  return JSON.stringify(uses.toSorted()) === JSON.stringify(results.toSorted());
}
