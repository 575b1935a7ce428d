/** Keeps what must not reach a client, or is of no use to it. */
export interface ErrorReporter {
  /**
   * Logs an error with a correlation id.
   *
   * @param where what failed, such as `tools/call echo`
   * @param correlationId of the request that failed; a new one unless given
   * @returns the correlation id, which a client may see
   */
  report(error: unknown, where: string, correlationId?: string): string;

  /** Logs what is no error, for whoever looks closely. */
  debug(text: string): void;
}

/** Injection token of the {@link ErrorReporter}. */
export const ERROR_REPORTER = Symbol('nestjs-mcp-sse:error-reporter');
