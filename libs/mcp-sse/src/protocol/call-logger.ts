import { type LoggingLevel, LoggingLevelSchema } from '@modelcontextprotocol/sdk/types.js';
import type { McpLog } from '../model/mcp-context.js';

const SEVERITY = new Map(LoggingLevelSchema.options.map((level, severity) => [level, severity]));

/** Whether messages of `level` go to a client that asked for `threshold` and above. It gets all until it asks. */
export function isLogged(level: LoggingLevel, threshold: LoggingLevel | undefined): boolean {
  return threshold === undefined || SEVERITY.get(level)! >= SEVERITY.get(threshold)!;
}

/** Writes log messages to the client of one call, with a method per level. */
export class CallLogger implements McpLog {
  constructor(private readonly write: (level: LoggingLevel, data: unknown, logger?: string) => void) {}

  debug(data: unknown, logger?: string): void {
    this.write('debug', data, logger);
  }

  info(data: unknown, logger?: string): void {
    this.write('info', data, logger);
  }

  notice(data: unknown, logger?: string): void {
    this.write('notice', data, logger);
  }

  warning(data: unknown, logger?: string): void {
    this.write('warning', data, logger);
  }

  error(data: unknown, logger?: string): void {
    this.write('error', data, logger);
  }

  critical(data: unknown, logger?: string): void {
    this.write('critical', data, logger);
  }

  alert(data: unknown, logger?: string): void {
    this.write('alert', data, logger);
  }

  emergency(data: unknown, logger?: string): void {
    this.write('emergency', data, logger);
  }
}
