import {
  Catch,
  HttpException,
  HttpStatus,
  Inject,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import { publicMessage } from '../model/error-text.js';
import { ObservedServer } from '../observability/observed-server.js';
import { hijackResponse } from '../http/raw-response.js';
import { CONSOLE_SERVER } from './mcp-console.options.js';

/** Answers errors on the console's routes with their status and `{ message }`, which the page shows. */
@Catch()
export class ConsoleErrorFilter implements ExceptionFilter {
  constructor(
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    @Inject(CONSOLE_SERVER) private readonly server: ObservedServer,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = hijackResponse(http.getResponse());
    if (response.headersSent) return;
    const known = publicMessage(error);
    const status =
      known === undefined ? HttpStatus.INTERNAL_SERVER_ERROR : (error as HttpException).getStatus();
    const message =
      known ?? `Internal error (correlation id ${this.errors.report(error, 'a request of the console')})`;
    if (status === (HttpStatus.UNAUTHORIZED as number)) response.setHeader('WWW-Authenticate', 'Bearer');
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify({ message }));
    this.server.traffic.refusal(http.getRequest(), error, status);
  }
}
