import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Nest's logger, but writing to standard error: standard output carries the protocol. */
export class McpStdioLogger extends ConsoleLogger {
  protected override printMessages(
    messages: unknown[],
    context?: string,
    logLevel?: LogLevel,
    _stream?: 'stdout' | 'stderr',
    ...rest: unknown[]
  ): void {
    // Nest 12 has one parameter more than Nest 11.
    super.printMessages(messages, context, logLevel, 'stderr', ...(rest as []));
  }
}
