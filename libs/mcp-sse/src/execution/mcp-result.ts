import type {
  CallToolResult,
  ContentBlock,
  GetPromptResult,
  PromptMessage,
  ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';
import { dataResult } from './data-result.js';

/**
 * A result of the protocol, for handlers to return where data could be taken for one, or the other way round.
 *
 * ```ts
 * @McpTool()
 * find(): McpResult {
 *   return McpResult.content([{ type: 'resource_link', uri: 'orders://17', name: 'order 17' }]);
 * }
 * ```
 */
export class McpResult {
  readonly [member: string]: unknown;

  private constructor(result: object) {
    // Members of its own: what is left of it when an interceptor copies it is still a result of the protocol.
    Object.assign(this, result);
  }

  /** A tool's result: text. */
  static text(text: string): McpResult {
    return McpResult.content([{ type: 'text', text }]);
  }

  /** A tool's result: text, marked as an error that the model reads. */
  static error(text: string): McpResult {
    return McpResult.content([{ type: 'text', text }], { isError: true });
  }

  /**
   * A tool's result: data, whatever it looks like, as `structuredContent` where it is an object and as JSON text.
   *
   * @throws {TypeError} when the value has no JSON
   */
  static json(data: unknown): McpResult {
    return new McpResult(dataResult(data));
  }

  /** A tool's result: blocks of text, images, audio, links and embedded resources. */
  static content(
    content: readonly ContentBlock[],
    rest: Pick<CallToolResult, 'structuredContent' | 'isError' | '_meta'> = {},
  ): McpResult {
    return new McpResult({ ...rest, content });
  }

  /** What a resource is read as. */
  static contents(contents: ReadResourceResult['contents']): McpResult {
    return new McpResult({ contents });
  }

  /** What a prompt becomes. */
  static messages(
    messages: readonly PromptMessage[],
    description?: GetPromptResult['description'],
  ): McpResult {
    return new McpResult({ description, messages });
  }
}
