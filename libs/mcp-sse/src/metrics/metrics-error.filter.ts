import { Catch, HttpException, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ObservedServer } from '../observability/observed-server.js';

/**
 * Answers errors on the metrics route as Nest does, and reports refusals to audit and metrics as other routes do. The route
 * belongs to all servers of the application, so the first one reports them.
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
