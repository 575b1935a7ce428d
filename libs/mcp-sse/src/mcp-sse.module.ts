import {
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { CacheRules } from './discovery/cache-rules.js';
import { McpExplorer } from './discovery/mcp.explorer.js';
import { McpMetadataAccessor } from './discovery/mcp-metadata.accessor.js';
import { McpRegistry } from './discovery/mcp.registry.js';
import { AccessControl } from './execution/access-control.js';
import { FeatureBinder } from './execution/feature.binder.js';
import { McpHandlerFactory } from './execution/mcp-handler.factory.js';
import { McpInvoker } from './execution/mcp.invoker.js';
import { Visibility } from './execution/visibility.js';
import { NestErrorReporter } from './execution/nest-error-reporter.js';
import { resolveOptions } from './mcp-sse.defaults.js';
import { assertKnownOptions } from './mcp-sse.known-options.js';
import { McpSseLifecycle } from './mcp-sse.lifecycle.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './mcp-sse.module-definition.js';
import { McpConfigurationError } from './model/errors/mcp-configuration.error.js';
import { ERROR_REPORTER } from './model/error-reporter.js';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';
import {
  mcpAuditServiceToken,
  mcpHealthIndicatorToken,
  mcpRegistryToken,
  mcpSessionServiceToken,
} from './mcp-sse.tokens.js';
import { MCP_OPTIONS, type ResolvedOptions } from './model/resolved-options.js';
import { TRAFFIC_OBSERVER } from './model/traffic-observer.js';
import { McpAuditService } from './observability/audit/mcp-audit.service.js';
import { McpHealthIndicator } from './observability/health/mcp-health.indicator.js';
import { McpTraffic } from './observability/mcp-traffic.js';
import { ObservedServer } from './observability/observed-server.js';
import { McpSessionService } from './sessions/mcp-session.service.js';
import { HttpPreparation } from './transports/adapters/http-preparation.js';
import { RouteCheck } from './transports/adapters/route-check.js';
import { BeforeCloseModule } from './nest/before-close.js';
import { exemptOwnControllers } from './nest/global-interceptors.js';
import { neutralizeOwnControllers } from './nest/version-neutral.js';
import { configureRoute } from './transports/routes/mcp-route.js';
import { RouteBinder } from './routes/route.binder.js';
import { guardRoutes } from './routes/route-gate.js';
import { StatelessIntake } from './transports/messages/stateless-intake.js';
import { MessageIntake } from './transports/messages/message-intake.js';
import { SessionFinder } from './transports/messages/session-finder.js';
import { ProtectedResource } from './transports/routes/protected-resource.js';
import { decorateRoutes } from './transports/routes/route-decorators.js';
import { type Routes, routesOf } from './transports/routes/routes.js';
import { createSseController, setSsePaths } from './transports/sse/sse.controller.js';
import {
  createStreamableHttpController,
  setStreamableHttpPath,
} from './transports/streamable-http/streamable-http.controller.js';
import { SERVER_PROVIDERS } from './mcp-sse.providers.js';

/**
 * Serves the decorated methods of an application's providers over the Model Context Protocol.
 *
 * ```ts
 * @Module({ imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' })], providers: [OrdersService] })
 * export class AppModule {}
 * ```
 *
 * `McpSessionService`, `McpRegistry`, `McpAuditService` and `McpHealthIndicator` can be injected everywhere. With several
 * servers, inject them with `@Inject(mcpSessionServiceToken('orders'))`, `mcpRegistryToken`, `mcpAuditServiceToken` and
 * `mcpHealthIndicatorToken`.
 */
@Module({})
export class McpSseModule extends ConfigurableModuleClass implements NestModule, OnModuleInit {
  constructor(
    private readonly contexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
  ) {
    super();
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    // Missing options are found when the application boots.
    return withServer(super.forRoot(options), (options as EarlyOptions | undefined) ?? {});
  }

  /**
   * @param options includes `decorators`, if there are any, and the server's `name` if the application has several servers
   *   and injects one by name
   */
  static override forRootAsync({
    name,
    decorators,
    ...options
  }: typeof ASYNC_OPTIONS_TYPE & EarlyOptions): DynamicModule {
    return withServer(super.forRootAsync(options), { name, decorators });
  }

  /** Nest calls this before it registers the routes, when the application is configured. */
  configure(_consumer: MiddlewareConsumer): void {
    exemptOwnControllers(this.contexts);
    neutralizeOwnControllers(this.contexts, this.modules);
    guardRoutes(this.contexts, this.modules);
  }

  /** @throws {McpConfigurationError} */
  onModuleInit(): void {
    if (this.servers.length === 0)
      throw new McpConfigurationError(
        "McpSseModule is imported without options, so there is no server. Import McpSseModule.forRoot({ name: 'orders', " +
          "version: '1.0.0' }).",
      );
  }

  /** The options of each `forRoot` call. */
  private get servers(): readonly ResolvedOptions[] {
    return [...this.modules.values()].flatMap(
      ({ providers }) => (providers.get(MCP_OPTIONS)?.instance as ResolvedOptions | undefined) ?? [],
    );
  }
}

/*
 * The boot, in order:
 *
 * 1. `forRoot()` creates the controllers, still without paths, and declares the providers (below).
 * 2. Nest creates the providers. `MCP_OPTIONS` fills in the defaults, `ROUTES` gives the controllers their paths, and
 *    `HttpPreparation` prepares the HTTP adapter.
 * 3. `McpSseModule.configure()` runs; then Nest registers the routes.
 * 4. `HttpPreparation.onModuleInit()` checks the routes. `McpSseLifecycle.onModuleInit()` checks the authentication, and
 *    binds the decorated methods (`McpExplorer` finds them, `FeatureBinder` adds them to `McpRegistry`).
 * 5. `RouteCheck.onApplicationBootstrap()` looks for routes of others with our paths.
 *    `McpSseLifecycle.onApplicationBootstrap()` connects to the cluster.
 */

/** The options that must be known before providers exist. */
type EarlyOptions = Partial<Pick<McpSseModuleOptions, 'name' | 'decorators'>>;

/** Adds the controllers and providers of one server. */
function withServer(module: DynamicModule, { name, decorators = [] }: EarlyOptions): DynamicModule {
  const sse = createSseController();
  const http = createStreamableHttpController();
  const guards = new Set([sse, http].flatMap((controller) => decorateRoutes(controller, decorators)));
  const aliases = name === undefined ? [] : serverAliases(name);
  return {
    ...module,
    global: true,
    imports: [...(module.imports ?? []), DiscoveryModule, BeforeCloseModule],
    controllers: [sse, http] as Type[],
    providers: [
      ...(module.providers ?? []),
      ...PROVIDERS,
      ...aliases,
      {
        provide: MCP_OPTIONS,
        inject: [MODULE_OPTIONS_TOKEN],
        useFactory: (options: McpSseModuleOptions) => {
          assertKnownOptions(options);
          if (options.decorators && options.decorators !== decorators)
            throw new McpConfigurationError(TOO_LATE);
          return resolveOptions({ ...options, guards: [...(options.guards ?? []), ...guards] });
        },
      },
      {
        provide: ROUTES,
        inject: [MCP_OPTIONS, ProtectedResource],
        useFactory: (options: ResolvedOptions, resource: ProtectedResource) =>
          setRoutes(sse, http, options, resource),
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

const PROVIDERS: Provider[] = [
  CacheRules,
  McpExplorer,
  McpMetadataAccessor,
  McpHandlerFactory,
  FeatureBinder,
  RouteBinder,
  AccessControl,
  Visibility,
  McpInvoker,
  HttpPreparation,
  RouteCheck,
  SessionFinder,
  MessageIntake,
  StatelessIntake,
  ProtectedResource,
  McpSseLifecycle,
  McpAuditService,
  { provide: ERROR_REPORTER, useClass: NestErrorReporter },
  McpHealthIndicator,
  McpTraffic,
  ObservedServer,
  { provide: TRAFFIC_OBSERVER, useExisting: McpTraffic },
  ...SERVER_PROVIDERS,
];

const TOO_LATE =
  'The options that forRootAsync() gets from "useFactory" or a class have "decorators", but Nest reads decorators before it ' +
  'creates any of them. Give "decorators" to forRootAsync() itself.';

/** Nothing injects this provider: it exists to set the paths between steps 1 and 3 of the boot. */
const ROUTES = Symbol('nestjs-mcp-sse:routes');

function setRoutes(sse: Type, http: Type, options: ResolvedOptions, resource: ProtectedResource): Routes {
  const routes = routesOf(options);
  setSsePaths(sse, routes, options.protocol.legacy);
  setStreamableHttpPath(http, routes);
  const declare = (controller: Type, option: string, ...methods: string[]) => {
    for (const method of methods)
      configureRoute(controller, method, { declared: { server: options, option } });
  };
  declare(sse, 'sse.path', 'stream', 'refusePostOfStream');
  declare(sse, 'sse.messagesPath', 'message', 'refuseGetOfMessages');
  declare(http, 'http.path', 'stream', 'message', 'terminate');
  if (resource.isDescribed) {
    configureRoute(sse, 'stream', { resource });
    for (const method of ['stream', 'message']) configureRoute(http, method, { resource });
  }
  return routes;
}

/** With several servers, each is also injectable by its name. */
function serverAliases(name: string): { provide: string; useExisting: Type }[] {
  return [
    { provide: mcpRegistryToken(name), useExisting: McpRegistry },
    { provide: mcpSessionServiceToken(name), useExisting: McpSessionService },
    { provide: mcpAuditServiceToken(name), useExisting: McpAuditService },
    { provide: mcpHealthIndicatorToken(name), useExisting: McpHealthIndicator },
    { provide: ObservedServer.token(name), useExisting: ObservedServer },
  ];
}
