import {
  type DynamicModule,
  Inject,
  Module,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ObservedServer } from '../observability/observed-server.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type McpMetricsOptions,
  METRICS_OPTIONS,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
  type ResolvedMetricsOptions,
  resolveMetricsOptions,
} from './mcp-metrics.options.js';
import { MetricSet } from './metric-set.js';
import { createMetricsController, setMetricsPath } from './metrics.controller.js';
import { ServerMetrics } from './server-metrics.js';

/**
 * Prometheus metrics of every MCP server of the application, by prom-client. They are served at `/metrics`: to this machine
 * only, unless `guards` admit others.
 *
 * ```ts
 * @Module({ imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' }), McpMetricsModule.forRoot()] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class McpMetricsModule extends ConfigurableModuleClass implements OnModuleInit, OnModuleDestroy {
  private servers: readonly ServerMetrics[] = [];

  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: ResolvedMetricsOptions,
    private readonly modules: ModulesContainer,
  ) {
    super();
  }

  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return completed(super.forRoot(options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return completed(super.forRootAsync(options));
  }

  onModuleInit(): void {
    const metrics = MetricSet.of(this.options.registry);
    this.servers = ObservedServer.all(this.modules).map((server) => new ServerMetrics(server, metrics));
  }

  onModuleDestroy(): void {
    for (const server of this.servers) server.stop();
  }
}

/** Each call has its own controller. Its path is set once the options are known, before Nest registers it. */
function completed(module: DynamicModule): DynamicModule {
  const controller: Type = createMetricsController();
  return {
    ...module,
    controllers: [controller],
    providers: [
      ...(module.providers ?? []),
      {
        provide: METRICS_OPTIONS,
        inject: [MODULE_OPTIONS_TOKEN],
        useFactory: async (given: McpMetricsOptions) => {
          const options = await resolveMetricsOptions(given);
          setMetricsPath(controller, options.path);
          return options;
        },
      },
    ],
  };
}
