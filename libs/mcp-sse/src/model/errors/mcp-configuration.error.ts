/** The application is put together in a way that cannot work. Stops the boot; the message says how to mend it. */
export class McpConfigurationError extends Error {
  override readonly name: string = 'McpConfigurationError';
}
