/**
 * The client cannot answer a request of the server, or did not. Clients may see the message: thrown by a tool, it becomes
 * the text of the result.
 */
export class McpClientError extends Error {
  override readonly name = 'McpClientError';
}
