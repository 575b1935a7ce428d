import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** The result of a tool that has thrown. It knows why, which its client does not see. */
export class ToolFailure implements CallToolResult {
  [member: string]: unknown;
  readonly isError = true;
  readonly content: CallToolResult['content'];
  readonly #cause: unknown;

  constructor(text: string, cause: unknown) {
    this.content = [{ type: 'text', text }];
    this.#cause = cause;
  }

  /** The exception that a result was made of. */
  static causeOf(result: object): unknown {
    return result instanceof ToolFailure ? result.#cause : undefined;
  }
}
