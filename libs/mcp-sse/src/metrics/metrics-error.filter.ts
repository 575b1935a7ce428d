import { Catch, HttpException, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ObservedServer } from '../observability/observed-server.js';

/**
 * Answers errors on the route of metrics as Nest does, and has them audited and counted as on other routes. The route
 * belongs to all servers of the application; the first one takes note.
 */
@Catch()
export class MetricsErrorFilter extends BaseExceptionFilter {
  constructor(
    { httpAdapter }: HttpAdapterHost,
    private readonly modules: ModulesContainer,
  ) {
    super(httpAdapter);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    // oxlint-disable-next-line promise/valid-params, promise/no-promise-in-callback
    super.catch(error, host);
    const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    const [server] = ObservedServer.all(this.modules);
    server?.traffic.refusal(host.switchToHttp().getRequest(), error, status);
  }
}
