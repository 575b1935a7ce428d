import { Controller, Get, Inject, Res, UseFilters, UseGuards, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { McpRoute } from '../transports/routes/mcp-route.js';
import { registerOwnController } from '../nest/global-interceptors.js';
import { RoutePath } from '../http/route-path.js';
import { setRoutePath } from '../nest/route-metadata.js';
import { MetricsErrorFilter } from './metrics-error.filter.js';
import { MetricsGuard } from './metrics.guard.js';
import { METRICS_OPTIONS, type ResolvedMetricsOptions } from './mcp-metrics.options.js';

/** Creates the controller that serves the registry, for one `forRoot` call. */
export function createMetricsController(): Type {
  @Controller()
  class McpMetricsController {
    constructor(
      @Inject(METRICS_OPTIONS) private readonly options: ResolvedMetricsOptions,
      private readonly host: HttpAdapterHost,
    ) {}

    @McpRoute('metrics')
    @Get()
    @UseFilters(MetricsErrorFilter)
    @UseGuards(MetricsGuard)
    read(@Res({ passthrough: true }) response: unknown): Promise<string> {
      const { registry } = this.options;
      this.host.httpAdapter.setHeader(response, 'Content-Type', registry.contentType);
      return registry.metrics();
    }
  }

  registerOwnController(McpMetricsController);
  return McpMetricsController;
}

/**
 * Sets the route of the controller; called before Nest registers it.
 *
 * @throws {McpConfigurationError}
 */
export function setMetricsPath(controller: Type, path: string | false): void {
  setRoutePath(controller, path === false ? undefined : new RoutePath(path, 'path').toString(), 'read');
}
