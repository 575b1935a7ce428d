/**
 * The client cannot answer a request of the server, or did not. Its message may be shown: as the exception of a
 * tool it becomes the text of the result.
 */
export class McpClientError extends Error {
  override readonly name = 'McpClientError';
}
