import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { brand } from '../copies.js';

/**
 * The client cannot answer a request of the server, or did not. Clients may see the message: thrown by a tool, it becomes
 * the text of the result.
 */
export class McpClientError extends Error {
  static {
    brand(this, 'McpClientError');
  }

  override readonly name: string = 'McpClientError';
}

/**
 * The client did not declare the capability that a question needs. Uncaught, it becomes the error -32021 in revision
 * 2026-07-28. In earlier revisions it is like any {@link McpClientError}.
 */
export class McpMissingCapabilityError extends McpClientError {
  static {
    brand(this, 'McpMissingCapabilityError');
  }

  override readonly name = 'McpMissingCapabilityError';
  /** What the client has to declare, such as `{ sampling: { tools: {} } }`. */
  readonly requiredCapabilities: ClientCapabilities;

  /** @param path such as `sampling.tools` */
  constructor(path: string) {
    super(
      `The client did not declare the capability "${path}". Check ctx.clientCapabilities before you ask.`,
    );
    this.requiredCapabilities = path
      .split('.')
      .reduceRight<ClientCapabilities>((inside, name) => ({ [name]: inside }), {});
  }
}
