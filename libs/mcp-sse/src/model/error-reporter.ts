import type { McpContext } from './mcp-context.js';

/** The request that a log line is about. */
export type LoggedRequest = Pick<McpContext, 'correlationId' | 'requestId' | 'session' | 'principal'>;

/** Logs what must not reach a client, or is of no use to it. */
export interface ErrorReporter {
  /**
   * Logs an error with a correlation id. Never throws, whatever was thrown.
   *
   * @param where what failed, such as `tools/call echo`
   * @param request the request that failed, if there is one
   * @returns the correlation id of the request, or a new one. Clients may see it
   */
  report(error: unknown, where: string, request?: LoggedRequest): string;

  /** Logs what the operator should know. */
  warn(text: string): void;

  /** Logs details that are no errors. */
  debug(text: string, request?: LoggedRequest): void;
}

/** Injection token of the {@link ErrorReporter}. */
export const ERROR_REPORTER = Symbol('nestjs-mcp-sse:error-reporter');
