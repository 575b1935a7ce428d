/**
 * Whether a log line is printed, asked before it is composed.
 *
 * Read in @nestjs/common 11.1.0, 11.2.10, 12.0.0 and 12.5.1, services/logger.service.js: `Logger` keeps the levels that
 * the application set in `logLevels` and the logger in `staticInstanceRef`. To 12.0, `Logger.isLevelEnabled()` looks at
 * these levels alone, so it says no where nobody set them and every level is printed. Nest 12.5 asks the logger.
 *
 * If a field is renamed, `Logger.isLevelEnabled()` decides alone. The tests of the audit log fail then, if that is wrong.
 */
import { ConsoleLogger, Logger, type LogLevel } from '@nestjs/common';

interface LoggerState {
  readonly logLevels?: readonly LogLevel[];
  /** Undefined where the application turned its log off. */
  readonly staticInstanceRef?: unknown;
}

export function isLevelEnabled(level: LogLevel): boolean {
  if (Logger.isLevelEnabled(level)) return true;
  const { logLevels, staticInstanceRef: logger } = Logger as unknown as LoggerState;
  if (!logger || logLevels) return false;
  return !(logger instanceof ConsoleLogger) || logger.isLevelEnabled(level);
}
