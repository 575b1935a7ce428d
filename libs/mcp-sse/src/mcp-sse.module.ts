import {
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ExternalContextCreator } from '@nestjs/core';
import { McpExplorer } from './discovery/mcp.explorer.js';
import { McpMetadataAccessor } from './discovery/mcp-metadata.accessor.js';
import { McpRegistry } from './discovery/mcp.registry.js';
import { AccessControl } from './execution/access-control.js';
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
import {
  mcpAuditServiceToken,
  mcpHealthIndicatorToken,
  mcpRegistryToken,
  mcpSessionServiceToken,
} from './mcp-sse.tokens.js';
import { MCP_OPTIONS, type ResolvedOptions } from './model/resolved-options.js';
import { TRAFFIC_OBSERVER, type TrafficObserver } from './model/traffic-observer.js';
import { McpAuditService } from './observability/audit/mcp-audit.service.js';
import { McpHealthIndicator } from './observability/health/mcp-health.indicator.js';
import { McpTraffic } from './observability/mcp-traffic.js';
import { ObservedServer } from './observability/observed-server.js';
import { McpConnection } from './protocol/mcp-connection.js';
import { compileForm } from './schema/compile-form.js';
import { ClusterReporter } from './cluster/cluster-reporter.js';
import { SessionCluster } from './cluster/session-cluster.js';
import { McpSessionService } from './sessions/mcp-session.service.js';
import { HttpPreparation } from './transports/adapters/http-preparation.js';
import { exemptOwnControllers } from './nest/global-interceptors.js';
import { configureRoute } from './transports/routes/mcp-route.js';
import { MessageIntake } from './transports/messages/message-intake.js';
import { SessionFinder } from './transports/messages/session-finder.js';
import { ProtectedResource } from './transports/routes/protected-resource.js';
import { restoredOrigin } from './transports/relay/relayed-origin.js';
import { routesOf } from './transports/routes/routes.js';
import { createSseController, setSsePaths } from './transports/sse/sse.controller.js';
import {
  createStreamableHttpController,
  setStreamableHttpPath,
} from './transports/streamable-http/streamable-http.controller.js';

const PROVIDERS: Provider[] = [
  McpRegistry,
  McpExplorer,
  McpMetadataAccessor,
  McpHandlerFactory,
  FeatureBinder,
  AccessControl,
  McpInvoker,
  HttpPreparation,
  SessionFinder,
  MessageIntake,
  ProtectedResource,
  McpSseLifecycle,
  McpAuditService,
  { provide: ERROR_REPORTER, useClass: NestErrorReporter },
  McpHealthIndicator,
  McpTraffic,
  ObservedServer,
  { provide: TRAFFIC_OBSERVER, useExisting: McpTraffic },
  {
    provide: MCP_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: McpSseModuleOptions) => resolveOptions(options),
  },
  {
    provide: McpSessionService,
    inject: [MCP_OPTIONS, McpInvoker, ERROR_REPORTER, TRAFFIC_OBSERVER],
    useFactory: createSessionService,
  },
  {
    provide: SessionCluster,
    inject: [MCP_OPTIONS, McpSessionService, ERROR_REPORTER, TRAFFIC_OBSERVER],
    useFactory: createSessionCluster,
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
 * `McpSessionService`, `McpRegistry`, `McpAuditService` and `McpHealthIndicator` can be injected everywhere; with
 * several servers, by `@Inject(mcpSessionServiceToken('orders'))`, `mcpRegistryToken`, `mcpAuditServiceToken` and
 * `mcpHealthIndicatorToken`.
 */
@Module({})
export class McpSseModule extends ConfigurableModuleClass implements NestModule {
  constructor(private readonly contexts: ExternalContextCreator) {
    super();
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return completed(super.forRoot(options), options.name);
  }

  /** @param options with the `name` of the server too, where there are several and one is to be injected */
  static override forRootAsync({
    name,
    ...options
  }: typeof ASYNC_OPTIONS_TYPE & { name?: string }): DynamicModule {
    return completed(super.forRootAsync(options), name);
  }

  /** Nest calls this between the application's set-up and the registration of its routes. */
  configure(_consumer: MiddlewareConsumer): void {
    exemptOwnControllers(this.contexts);
  }
}

/** Made for its effect: by then the options are known, and Nest has not registered the routes yet. */
const ROUTES = Symbol('nestjs-mcp-sse:routes');

/** Each call has controllers of its own, whose paths come from the options when they are known. */
function completed(module: DynamicModule, name?: string): DynamicModule {
  const aliases = name === undefined ? [] : serverAliases(name);
  const sse = createSseController();
  const http = createStreamableHttpController();
  return {
    ...module,
    global: true,
    imports: [...(module.imports ?? []), DiscoveryModule],
    controllers: [sse, http] as Type[],
    providers: [
      ...(module.providers ?? []),
      ...PROVIDERS,
      ...aliases,
      {
        provide: ROUTES,
        inject: [MCP_OPTIONS, ProtectedResource],
        useFactory: (options: ResolvedOptions, resource: ProtectedResource) => {
          const routes = routesOf(options);
          setSsePaths(sse, routes);
          setStreamableHttpPath(http, routes);
          if (resource.isDescribed) {
            configureRoute(sse, 'stream', { resource });
            for (const method of ['stream', 'message']) configureRoute(http, method, { resource });
          }
          return routes;
        },
      },
    ],
    exports: [
      McpSessionService,
      McpRegistry,
      McpAuditService,
      McpHealthIndicator,
      ObservedServer,
      ...aliases.map(({ provide }) => provide),
    ],
  };
}

function serverAliases(name: string): { provide: string; useExisting: Type }[] {
  return [
    { provide: mcpRegistryToken(name), useExisting: McpRegistry },
    { provide: mcpSessionServiceToken(name), useExisting: McpSessionService },
    { provide: mcpAuditServiceToken(name), useExisting: McpAuditService },
    { provide: mcpHealthIndicatorToken(name), useExisting: McpHealthIndicator },
    { provide: ObservedServer.token(name), useExisting: ObservedServer },
  ];
}

function createSessionService(
  options: ResolvedOptions,
  invoker: McpInvoker,
  errors: ErrorReporter,
  observer: TrafficObserver,
): McpSessionService {
  const { name, version, title, websiteUrl, icons, instructions } = options;
  const { sse, http, limits } = options;
  const connection = {
    serverInfo: { name, version, title, websiteUrl, icons },
    instructions,
    maxInFlight: limits.maxInFlight,
    maxSubscriptions: limits.maxSubscriptions,
    clientRequestMs: limits.clientRequestMs,
    maxAnswerMembers: limits.maxArgumentMembers,
    checkForm: compileForm,
    observer,
  };
  return new McpSessionService(
    { ...limits, shortestGraceMs: Math.min(sse.graceMs, http ? http.graceMs : Infinity) },
    (session, outlet) => new McpConnection(invoker, connection, errors, session, outlet),
    observer,
    errors,
  );
}

/** @returns undefined where no cluster is configured */
function createSessionCluster(
  options: ResolvedOptions,
  sessions: McpSessionService,
  errors: ErrorReporter,
  observer: TrafficObserver,
): SessionCluster | undefined {
  const { name, cluster, replay, stored } = options;
  if (!cluster) return undefined;
  const reports = new ClusterReporter(errors);
  const shared = new SessionCluster(cluster.join(name, replay, reports), sessions, observer, reports, {
    maxBytes: replay.maxBytes,
    stored,
    originOf: (origin) => restoredOrigin(origin, options.contextFactory),
  });
  sessions.shareThrough(shared);
  return shared;
}
