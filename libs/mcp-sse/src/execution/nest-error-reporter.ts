import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ErrorReporter } from '../model/error-reporter.js';
import { escapeControls } from '../model/escape-controls.js';

/** Writes errors to Nest's log. What a client has sent may be part of them. */
@Injectable()
export class NestErrorReporter implements ErrorReporter {
  private readonly logger = new Logger('McpSseModule');

  report(error: unknown, where: string, correlationId: string = randomUUID()): string {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const text = escapeControls(`${where} failed: ${message}`);
    // The frames of a stack are lines of ours; the message above them is not.
    this.logger.error(
      `${text} (correlation id ${correlationId})`,
      stack?.replace(message, () => escapeControls(message)),
    );
    return correlationId;
  }

  debug(text: string): void {
    this.logger.debug(escapeControls(text));
  }
}
