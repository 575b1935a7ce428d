import {
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ExternalContextCreator } from '@nestjs/core';
import { McpAuthGuard } from './auth/mcp-auth.guard.js';
import { McpEdgeGuard } from './auth/mcp-edge.guard.js';
import { McpExplorer } from './discovery/mcp.explorer.js';
import { McpMetadataAccessor } from './discovery/mcp-metadata.accessor.js';
import { McpRegistry } from './discovery/mcp.registry.js';
import { FeatureBinder } from './execution/feature.binder.js';
import { McpHandlerFactory } from './execution/mcp-handler.factory.js';
import { McpInvoker } from './execution/mcp.invoker.js';
import { NestErrorReporter } from './execution/nest-error-reporter.js';
import { resolveOptions } from './mcp-sse.defaults.js';
import { McpSseLifecycle } from './mcp-sse.lifecycle.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './mcp-sse.module-definition.js';
import { ERROR_REPORTER, type ErrorReporter } from './model/error-reporter.js';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';
import { MCP_OPTIONS, type ResolvedOptions } from './model/resolved-options.js';
import { McpConnection } from './protocol/mcp-connection.js';
import { McpSessionService } from './sessions/mcp-session.service.js';
import { OutgoingStream } from './streaming/outgoing-stream.js';
import { HttpPreparation } from './transports/http/http-preparation.js';
import { exemptOwnControllers } from './transports/http/own-controllers.js';
import { EndpointUrl } from './transports/sse/endpoint-url.js';
import { createSseController, setSsePaths } from './transports/sse/sse.controller.js';

const PROVIDERS: Provider[] = [
  McpRegistry,
  McpExplorer,
  McpMetadataAccessor,
  McpHandlerFactory,
  FeatureBinder,
  McpInvoker,
  McpEdgeGuard,
  McpAuthGuard,
  HttpPreparation,
  McpSseLifecycle,
  { provide: ERROR_REPORTER, useClass: NestErrorReporter },
  {
    provide: MCP_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: McpSseModuleOptions) => resolveOptions(options),
  },
  {
    provide: McpSessionService,
    inject: [MCP_OPTIONS, McpInvoker, ERROR_REPORTER],
    useFactory: createSessionService,
  },
];

/**
 * Serves the decorated methods of an application's providers over the Model Context Protocol.
 *
 * ```ts
 * @Module({ imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' })], providers: [OrdersService] })
 * export class AppModule {}
 * ```
 *
 * `McpSessionService` and `McpRegistry` can be injected everywhere.
 */
@Module({})
export class McpSseModule extends ConfigurableModuleClass implements NestModule {
  constructor(private readonly contexts: ExternalContextCreator) {
    super();
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return withRoutes(super.forRoot(options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withRoutes(super.forRootAsync(options));
  }

  /** Nest calls this between the application's set-up and the registration of its routes. */
  configure(_consumer: MiddlewareConsumer): void {
    exemptOwnControllers(this.contexts);
  }
}

/** Each call has a controller of its own, whose paths come from the options when they are known. */
function withRoutes(module: DynamicModule): DynamicModule {
  const controller: Type = createSseController();
  return {
    ...module,
    global: true,
    imports: [...(module.imports ?? []), DiscoveryModule],
    controllers: [controller],
    providers: [
      ...(module.providers ?? []),
      ...PROVIDERS,
      {
        provide: EndpointUrl,
        inject: [MCP_OPTIONS],
        useFactory: (options: ResolvedOptions) => {
          const endpoint = new EndpointUrl(options);
          setSsePaths(controller, endpoint);
          return endpoint;
        },
      },
    ],
    exports: [McpSessionService, McpRegistry],
  };
}

function createSessionService(
  { name, version, title, websiteUrl, icons, instructions, sse, limits }: ResolvedOptions,
  invoker: McpInvoker,
  errors: ErrorReporter,
): McpSessionService {
  const connection = {
    serverInfo: { name, version, title, websiteUrl, icons },
    instructions,
    maxInFlight: limits.maxInFlight,
  };
  return new McpSessionService(
    { ...limits, graceMs: sse.graceMs },
    {
      connect: (session, send) => new McpConnection(invoker, connection, errors, session, send),
      stream: () => new OutgoingStream(sse),
    },
  );
}
