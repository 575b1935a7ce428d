import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { Server } from 'node:http';
import { HttpAdapterHost, LazyModuleLoader } from '@nestjs/core';
import { isProtected } from './model/protection.js';
import { weaknesses } from './auth/weaknesses.js';
import { afterLazyLoad } from './nest/lazy-modules.js';
import { SessionCluster } from './cluster/session-cluster.js';
import { checkApps } from './discovery/app-offer.js';
import { offerAdvice, taskAdvice } from './discovery/offer-advice.js';
import { McpExplorer } from './discovery/mcp.explorer.js';
import { McpRegistry, type McpFeatureList } from './discovery/mcp.registry.js';
import { AccessControl } from './execution/access-control.js';
import { isSearchTool } from './execution/tool-search/search-tools.js';
import { sizeAdvice } from './execution/tool-search/size-advice.js';
import { FeatureBinder } from './execution/feature.binder.js';
import type { McpDefinition } from './model/definitions.js';
import { ERROR_REPORTER, type ErrorReporter } from './model/error-reporter.js';
import { McpConfigurationError } from './model/errors/mcp-configuration.error.js';
import { policyContextOf } from './model/mcp-policy.js';
import { MCP_OPTIONS, type ResolvedOptions } from './model/resolved-options.js';
import { whenReady } from './model/and-then.js';
import { logAuditTrail } from './observability/audit/log-audit-trail.js';
import { McpAuditService } from './observability/audit/mcp-audit.service.js';
import { RouteBinder, type RouteMethod } from './routes/route.binder.js';
import { McpSessionService } from './sessions/mcp-session.service.js';
import { SessionDrain } from './sessions/session-drain.js';
import { StatelessRequests } from './stateless/stateless-requests.js';
import { Tasks } from './tasks/tasks.js';
import { BeforeClose, StopSignals } from './nest/before-close.js';

/**
 * What happens at boot, once the providers exist, and at shutdown. Nest calls the hooks in the order of this class:
 *
 * 1. `onModuleInit`: checks the authentication, and binds the decorated methods.
 * 2. `onApplicationBootstrap`: checks the apps, connects to the cluster, and prepares the drain.
 * 3. `drain`: on a stop signal, before Nest closes anything.
 * 4. `beforeApplicationShutdown`: ends the sessions.
 */
@Injectable()
export class McpSseLifecycle implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('McpSseModule');
  private signals?: StopSignals;

  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly explorer: McpExplorer,
    private readonly binder: FeatureBinder,
    private readonly routes: RouteBinder,
    private readonly registry: McpRegistry,
    private readonly sessions: McpSessionService,
    private readonly requests: StatelessRequests,
    private readonly tasks: Tasks,
    private readonly access: AccessControl,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    private readonly audit: McpAuditService,
    private readonly host: HttpAdapterHost,
    private readonly lazyModules: LazyModuleLoader,
    private readonly beforeClose: BeforeClose,
    @Optional() @Inject(SessionCluster) private readonly cluster?: SessionCluster,
  ) {}

  /** @throws {McpConfigurationError} */
  async onModuleInit(): Promise<void> {
    this.checkProtection();
    if (this.options.audit === 'log') logAuditTrail(this.audit.entries$);
    this.sessions.events$.subscribe((event) => this.audit.session(event));
    await this.serveDecorated();
    afterLazyLoad(this.lazyModules, async () => {
      await this.serveDecorated();
      this.checkApps();
    });
    this.registry.changed$.subscribe(({ list, definition }) => this.announce(list, definition));
  }

  /** By now the application has called `enableShutdownHooks()` or not. */
  async onApplicationBootstrap(): Promise<void> {
    this.checkApps();
    await this.cluster?.start();
    await this.tasks.start();
    for (const advice of this.advice()) this.logger.warn(advice);
    const { httpAdapter } = this.host;
    // Such an application listens to signals only later, so it drains at each close.
    if (!httpAdapter)
      return this.beforeClose.add(undefined, () => this.stopTasks(this.options.drain.deadlineMs));
    if (isProduction() && process.listenerCount('SIGTERM') === 0)
      this.logger.warn(
        'Nothing listens to SIGTERM, so a deployment cuts calls off instead of letting them finish. Call ' +
          'app.enableShutdownHooks() before app.listen().',
      );
    const signals = (this.signals = new StopSignals());
    this.beforeClose.add(httpAdapter, async () => {
      if (signals.came) await this.drain().catch((error) => void this.errors.report(error, 'the drain'));
      else await this.stopTasks(0);
    });
  }

  /** Before the providers are destroyed that their handlers need. */
  private async stopTasks(deadlineMs: number): Promise<void> {
    const deadline = deadlineMs > 0 ? AbortSignal.timeout(deadlineMs) : AbortSignal.abort();
    await this.tasks
      .stop(deadline)
      .catch((error: unknown) => void this.errors.report(error, 'the end of the tasks'));
  }

  private async drain(): Promise<void> {
    // An adapter may have none, as on a platform that runs functions.
    const server = this.host.httpAdapter.getHttpServer() as Server | undefined;
    const { propagationMs, deadlineMs } = this.options.drain;
    const drain = new SessionDrain(this.sessions, this.requests, this.options.drain);
    await Promise.all([
      drain.run(() => {
        if (server?.listening) server.close();
      }),
      this.stopTasks(propagationMs + deadlineMs),
    ]);
  }

  /** Runs before the HTTP server closes: it waits for its connections, and only this ends the streams. */
  async beforeApplicationShutdown(): Promise<void> {
    this.signals?.ignore();
    this.requests.close();
    await this.sessions.shutdown();
    await this.tasks.close();
  }

  private checkProtection(): void {
    // Without HTTP, as over stdio, only the process's own parent can connect.
    if (!this.host.httpAdapter)
      return this.logger.log('This application has no HTTP server: MCP is served by serveStdio() alone.');
    const found = weaknesses(this.options);
    const severe = found.filter(({ isSevere }) => isSevere);
    if (isProduction() && severe.length > 0)
      throw new McpConfigurationError(severe.map(({ message }) => message).join('\n'));
    for (const { message } of found) this.logger.warn(message);
    if (isProtected(this.options)) return;
    if (isProduction())
      throw new McpConfigurationError(
        'McpSseModule has no authentication, and NODE_ENV is "production". Set "auth" or "guards"; ' +
          "auth: 'app' says that the application's own guards do it.",
      );
    this.logger.warn(
      'NO AUTHENTICATION: neither "auth" nor "guards" is set, so anyone on this machine may call every tool. ' +
        'Connections to other than loopback addresses are refused.',
    );
  }

  private advice(): string[] {
    const { modules, protocol, toolSearch } = this.options;
    const { tools: all, toolMap, resources, prompts } = this.registry;
    const tools = toolSearch ? all.filter((tool) => !isSearchTool(tool)) : all;
    return [
      ...offerAdvice({ tools, resources, prompts }, modules !== undefined),
      ...sizeAdvice(tools, toolSearch),
      ...taskAdvice(toolMap.values(), protocol.modern),
    ];
  }

  private async serveDecorated(): Promise<void> {
    const methods = this.explorer.explore(this.options);
    for (const method of methods) if (!method.isRoute) await this.binder.bind(method);
    await this.routes.bind(methods.filter(({ isRoute }) => isRoute) as RouteMethod[]);
  }

  private checkApps(): void {
    for (const advice of checkApps(this.registry, this.options.name)) this.logger.warn(advice);
  }

  /** Notifies the clients that may see the added or removed feature, and no others. */
  private announce(list: McpFeatureList, definition: McpDefinition): void {
    this.requests.listens.listChanged(list, (reader) => this.access.grants(definition, reader));
    for (const session of this.sessions.sessions)
      whenReady(
        () => this.access.grants(definition, policyContextOf(session)),
        (sees) => sees && session.notify(`notifications/${list}/list_changed`),
        (error) => this.errors.report(error, `the policy, of a change of the ${list},`),
      );
  }
}

function isProduction(): boolean {
  return process.env['NODE_ENV'] === 'production';
}
