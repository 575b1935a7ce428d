import type {
  ContentBlock,
  GetPromptResult,
  PromptMessage,
  ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';
import { brand } from '../model/copies.js';
import { dataResult } from './data-result.js';
import type { ToolResult } from './protocol-shape.js';

/**
 * A result of the protocol. Handlers return one where their data could be mistaken for a result, or a result for data.
 *
 * ```ts
 * @McpTool()
 * find(): McpResult {
 *   return McpResult.content([{ type: 'resource_link', uri: 'orders://17', name: 'order 17' }]);
 * }
 * ```
 */
export class McpResult {
  static {
    brand(this, 'McpResult');
  }

  readonly [member: string]: unknown;

  private constructor(result: object) {
    // Own members: a copy that an interceptor makes is still a result of the protocol.
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
   * A tool's result: data as `structuredContent` and as JSON text. Clients of the legacy era get `structuredContent`
   * where it is an object.
   *
   * @throws {TypeError} when the value has no JSON
   */
  static json(data: unknown): McpResult {
    return new McpResult(dataResult(data));
  }

  /** A tool's result: blocks of text, images, audio, links and embedded resources. */
  static content(
    content: readonly ContentBlock[],
    rest: Pick<ToolResult, 'structuredContent' | 'isError' | '_meta'> = {},
  ): McpResult {
    return new McpResult({ ...rest, content });
  }

  /** The contents of a resource. */
  static contents(contents: ReadResourceResult['contents']): McpResult {
    return new McpResult({ contents });
  }

  /** The messages of a prompt. */
  static messages(
    messages: readonly PromptMessage[],
    description?: GetPromptResult['description'],
  ): McpResult {
    return new McpResult({ description, messages });
  }
}
