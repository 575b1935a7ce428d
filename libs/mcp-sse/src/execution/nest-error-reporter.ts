import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ErrorReporter } from '../model/error-reporter.js';

/** Writes errors to Nest's log. */
@Injectable()
export class NestErrorReporter implements ErrorReporter {
  private readonly logger = new Logger('McpSseModule');

  report(error: unknown, where: string): string {
    const correlationId = randomUUID();
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.logger.error(`${where} failed: ${message} (correlation id ${correlationId})`, stack);
    return correlationId;
  }

  debug(text: string): void {
    this.logger.debug(text);
  }
}
