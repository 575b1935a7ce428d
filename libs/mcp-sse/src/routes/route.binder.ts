import { Inject, Injectable, Logger } from '@nestjs/common';
import { ExternalContextCreator, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { DiscoveredMethod, FeatureMetadata } from '../discovery/discovered-method.js';
import { declaredInput, NO_ARGUMENTS, toolRecipe } from '../discovery/feature-recipes.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { adapterOf } from '../nest/adapter-host.js';
import { ControllerRoutes, type ControllerRoute } from '../nest/controller-routes.js';
import { prepareForClasses } from '../schema/class-packages.js';
import { compileSchema } from '../schema/compile-schema.js';
import { apiOperation } from './api-operation.js';
import { ForwardedHeaders } from './forwarded-headers.js';
import { InProcessClient } from './in-process.js';
import { PathTemplate } from './path-template.js';
import { queryStyleOf } from './query-text.js';
import { RouteCaller, type RouteClient } from './route-caller.js';
import { RouteInput } from './route-input.js';
import { documentedOutput } from './route-output.js';
import { routeParameters } from './route-parameters.js';
import { ValueSchemas } from './value-schemas.js';

/** A route that is a tool. */
export type RouteMethod = DiscoveredMethod<Extract<FeatureMetadata, { kind: 'tool' }>>;

/** The methods that change nothing. */
const SAFE = ['GET', 'HEAD', 'OPTIONS', 'SEARCH', 'QUERY'];

/** Registers routes of controllers as tools. */
@Injectable()
export class RouteBinder {
  private readonly logger = new Logger('McpSseModule');
  private readonly routes: ControllerRoutes;
  private readonly forwarded: ForwardedHeaders;
  private client?: Promise<RouteClient>;
  /** Whether the application has its routes. */
  private isComplete = false;

  constructor(
    private readonly registry: McpRegistry,
    private readonly host: HttpAdapterHost,
    contexts: ExternalContextCreator,
    modules: ModulesContainer,
    @Inject(MCP_OPTIONS) { routes }: ResolvedOptions,
  ) {
    this.routes = new ControllerRoutes(contexts, modules);
    this.forwarded = new ForwardedHeaders(routes.forward);
  }

  /** @throws {McpConfigurationError} when a route cannot be a tool; the message names it and says what to do */
  async bind(methods: readonly RouteMethod[]): Promise<void> {
    const { isComplete } = this;
    this.isComplete = true;
    const [late] = isComplete ? methods : [];
    if (late)
      throw new McpConfigurationError(
        `${late.where} is in a module that was loaded lazily, and Nest gives such controllers no routes. Import the module ` +
          'as others, or move the method to a provider.',
      );
    if (methods.length === 0) return;
    if (!adapterOf(this.host))
      return this.logger.warn(
        `${methods.length} routes are no tools, as this application has no server for HTTP. Make it with ` +
          'NestFactory.create(), and await app.init(): it need not listen.',
      );
    await prepareForClasses();
    const open: string[] = [];
    for (const method of methods) open.push(await this.bindOne(method));
    this.logger.log(`Routes that models may call: ${open.join(', ')}`);
  }

  /** @returns the route and its name, for the log */
  private async bindOne(method: RouteMethod): Promise<string> {
    const { feature, prototype, methodName, wrapper, where, access } = method;
    const route = this.routes.routeOf(wrapper, methodName);
    if (route.isStream)
      throw new McpConfigurationError(
        `${where} is a stream of events, and a tool has one result. Give the tool a method of its own.`,
      );
    const handler = (prototype as Record<string, object>)[methodName]!;
    const options = documented(feature.options, route, handler);
    const path = new PathTemplate(route.path, where);
    const host = hostOf(route, where);
    const declared = declaredInput(options, where);
    const input = new RouteInput(
      {
        parameters: routeParameters(prototype, methodName, where),
        names: { path: path.parameters, host: host?.parameters ?? [] },
        rename: options.rename ?? {},
        where,
      },
      new ValueSchemas(handler, where),
      declared && compileSchema(declared, `${where} (input)`, 'input').jsonSchema,
    );
    const source = `${where} of ${wrapper.host!.name}`;
    const declaration = { options, defaultName: methodName, access, where, source };
    const recipe = toolRecipe(declaration, declared ?? input.described, NO_ARGUMENTS);
    const verb = route.verb === 'ALL' ? input.verb : route.verb;
    const called = {
      verb,
      path,
      host,
      headers: route.headers,
      controller: wrapper.metatype,
      method: handler,
    };
    const caller = new RouteCaller(called, input, await (this.client ??= this.connect()));
    const output = recipe.output ?? documentedOutput(handler, where);
    const { schema: _checkedByPipes, definition, ...tool } = recipe;
    this.registry.register({
      ...tool,
      output,
      definition: { ...definition, outputSchema: output?.jsonSchema },
      handler: (call) => caller.call(call),
    });
    return `${verb} ${route.path} as "${recipe.definition.name}"`;
  }

  private async connect(): Promise<RouteClient> {
    const adapter = adapterOf(this.host)!;
    return {
      requests: await InProcessClient.of(adapter),
      forwarded: this.forwarded,
      queryStyle: queryStyleOf(adapter),
    };
  }
}

/** The options of a tool, completed by what the route's own decorators say. */
function documented(options: McpToolOptions, { verb }: ControllerRoute, handler: object): McpToolOptions {
  const { summary, description } = apiOperation(handler);
  const title = description ? summary || undefined : undefined;
  const hints = SAFE.includes(verb) ? { readOnlyHint: true } : { readOnlyHint: false, destructiveHint: true };
  return {
    ...options,
    title: options.title ?? title,
    description: options.description ?? (description || summary || undefined),
    annotations: { ...hints, ...options.annotations },
  };
}

/** @throws {McpConfigurationError} */
function hostOf({ host }: ControllerRoute, where: string): PathTemplate | undefined {
  if (host === undefined) return undefined;
  if (typeof host === 'string') return new PathTemplate(host, where);
  throw new McpConfigurationError(
    `${where}: the host of its controller is a pattern, ${String(host)}, from which no host can be made. Name it as a text.`,
  );
}
