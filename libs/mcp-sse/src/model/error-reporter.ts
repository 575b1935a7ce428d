import type { McpContext } from './mcp-context.js';

/** The request that something is logged of. */
export type LoggedRequest = Pick<McpContext, 'correlationId' | 'requestId' | 'session' | 'principal'>;

/** Keeps what must not reach a client, or is of no use to it. */
export interface ErrorReporter {
  /**
   * Logs an error with a correlation id. Never throws, whatever the error is.
   *
   * @param where what failed, such as `tools/call echo`
   * @param request that failed
   * @returns the correlation id of the request, or a new one, which a client may see
   */
  report(error: unknown, where: string, request?: LoggedRequest): string;

  /** Logs what whoever runs the server should know of. */
  warn(text: string): void;

  /** Logs what is no error, for whoever looks closely. */
  debug(text: string, request?: LoggedRequest): void;
}

/** Injection token of the {@link ErrorReporter}. */
export const ERROR_REPORTER = Symbol('nestjs-mcp-sse:error-reporter');
