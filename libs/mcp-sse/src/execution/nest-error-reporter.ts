import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ErrorReporter } from '../model/error-reporter.js';
import { escapeControls } from '../model/escape-controls.js';

const LINE_BREAK = escapeControls('\n');

/** Writes errors to Nest's log. What a client has sent may be part of them. */
@Injectable()
export class NestErrorReporter implements ErrorReporter {
  private readonly logger = new Logger('McpSseModule');

  report(error: unknown, where: string, correlationId: string = randomUUID()): string {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const text = escapeControls(`${where} failed: ${message}`);
    this.logger.error(`${text} (correlation id ${correlationId})`, stack && escapedStack(stack, message));
    return correlationId;
  }

  debug(text: string): void {
    this.logger.debug(escapeControls(text));
  }
}

/**
 * The frames of a stack are lines of ours; what stands above them is not. That need not be the message of the error, which
 * may have been changed since.
 */
function escapedStack(stack: string, message: string): string {
  const lines = stack
    .replace(message, () => escapeControls(message))
    .split('\n')
    .map(escapeControls);
  const frames = lines.findLastIndex((line) => !/^ +at /.test(line)) + 1;
  return [lines.slice(0, frames).join(LINE_BREAK), ...lines.slice(frames)].join('\n');
}
