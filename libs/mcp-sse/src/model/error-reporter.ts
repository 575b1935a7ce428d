import type { McpContext } from './mcp-context.js';

/** The request that a log line concerns. */
export type LoggedRequest = Pick<
  McpContext,
  'correlationId' | 'requestId' | 'session' | 'transport' | 'principal'
>;

/** Logs errors and details that clients must not see or have no use for. */
export interface ErrorReporter {
  /**
   * Logs an error with a correlation id. Never throws, whatever was thrown.
   *
   * @param where what failed, such as `tools/call echo`
   * @param request the request that failed, if there is one
   * @returns the correlation id of the request, or a new one. Clients may see it
   */
  report(error: unknown, where: string, request?: LoggedRequest): string;

  /** Logs a warning for the operator. */
  warn(text: string): void;

  /** Logs a detail that is not an error. */
  debug(text: string, request?: LoggedRequest): void;
}

/** Injection token of the {@link ErrorReporter}. */
export const ERROR_REPORTER = Symbol('nestjs-mcp-sse:error-reporter');
