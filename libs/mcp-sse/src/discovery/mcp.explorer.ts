import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { carryMetadata } from '../decorators/feature-decorator.js';
import {
  McpConfigurationError,
  McpDecoratedControllerError,
} from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { whyNotInjected } from '../nest/constructor-metadata.js';
import { isRoute } from '../nest/controller-routes.js';
import type { ProviderWrapper } from '../nest/provider-wrapper.js';
import type { DiscoveredMethod } from './discovered-method.js';
import { includedIn, INCLUDED_ROUTES, type IncludedRoute, type IncludedRoutes } from './included-routes.js';
import { McpMetadataAccessor } from './mcp-metadata.accessor.js';

const DECORATORS = {
  tool: '@McpTool()',
  resource: '@McpResource()',
  app: '@McpApp()',
  prompt: '@McpPrompt()',
  completion: '@McpComplete()',
};

/** The server whose features are looked for. */
export interface ExploredServer {
  readonly name: string;
  /** The modules whose providers it offers; all modules unless given. */
  readonly modules?: readonly object[];
}

/** Finds the methods that a server offers: decorated ones of providers and controllers, and routes that are included. */
@Injectable()
export class McpExplorer {
  /** Tokens by module: Nest before 11.2 makes new wrappers when a module is loaded again. */
  private readonly explored = new WeakMap<object, Set<unknown>>();
  private readonly exploredControllers = new WeakMap<object, Set<unknown>>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly accessor: McpMetadataAccessor,
  ) {}

  /**
   * @returns the methods that earlier calls have not returned, as the application may load modules while it runs
   * @throws {McpDecoratedControllerError} when a decorated method of a controller cannot be served
   * @throws {McpConfigurationError} when a method is for a server that does not exist, or its class cannot be injected
   *   into
   */
  explore({ name, modules }: ExploredServer): DiscoveredMethod[] {
    const providers = this.discovery.getProviders() as ProviderWrapper[];
    const controllers = this.discovery.getControllers() as ProviderWrapper[];
    const included = instancesOf<IncludedRoutes>(INCLUDED_ROUTES, providers);
    const servers = instancesOf<ResolvedOptions>(MCP_OPTIONS, providers).map((server) => server.name);
    const isOffered = ({ host }: ProviderWrapper) => !modules || modules.includes(host!.metatype);
    // Each controller is checked, also by servers that do not offer it.
    const routes = controllers.map((wrapper) => ({ wrapper, methods: this.routesOf(wrapper, included) }));
    const methods = [
      ...providers
        .filter((wrapper) => !wrapper.isAlias && isOffered(wrapper) && isNew(wrapper, this.explored))
        .flatMap((wrapper) => this.methodsOf(wrapper)),
      ...routes
        .filter(({ wrapper }) => isOffered(wrapper) && isNew(wrapper, this.exploredControllers))
        .flatMap((each) => each.methods),
    ].filter((method) => isFor(name, servers, method));
    for (const method of methods) assertInjected(method);
    return methods;
  }

  /** @throws {McpDecoratedControllerError} */
  private routesOf(wrapper: ProviderWrapper, inclusions: readonly IncludedRoutes[]): DiscoveredMethod[] {
    const decorated = this.methodsOf(wrapper).map((method) => ({ ...method, isRoute: true }));
    for (const { feature, prototype, methodName } of decorated) {
      const served = isRoute(prototype, methodName);
      if (feature.kind !== 'tool' || !served) {
        const { name } = prototype.constructor;
        throw new McpDecoratedControllerError(DECORATORS[feature.kind], name, methodName, served);
      }
    }
    const included = inclusions
      .flatMap((each) => includedIn(each, wrapper))
      .filter(({ methodName }) => !decorated.some((method) => method.methodName === methodName));
    return [...decorated, ...included.map((route) => this.includedRoute(route, wrapper))];
  }

  private includedRoute(
    { methodName, name, server }: IncludedRoute,
    wrapper: ProviderWrapper,
  ): DiscoveredMethod {
    const prototype = prototypeOf(wrapper)!;
    const where = `${prototype.constructor.name}.${methodName}`;
    const options = { ...this.accessor.prefixedName(prototype, methodName, name), server };
    const access = this.accessor.access(prototype, methodName, where);
    return {
      feature: { kind: 'tool', options },
      access,
      wrapper,
      prototype,
      methodName,
      isRoute: true,
      where,
    };
  }

  private methodsOf(wrapper: ProviderWrapper): DiscoveredMethod[] {
    const prototype = prototypeOf(wrapper);
    if (!prototype) return [];
    return ownedMethods(prototype).flatMap(([owner, methodName]) => {
      const features = this.accessor.features(owner, methodName, prototype);
      if (features.length === 0) return [];
      const where = `${prototype.constructor.name}.${methodName}`;
      this.restoreMetadata(owner, methodName, where);
      const access = this.accessor.access(prototype, methodName, where);
      return features.map((feature) => ({
        ...{ feature, access, wrapper, prototype, methodName, where },
        isRoute: false,
      }));
    });
  }

  /**
   * Copies metadata to the function that replaced a decorated method, where a class decorator or one that returns a
   * new descriptor did so.
   */
  private restoreMetadata(owner: object, methodName: string, where: string): void {
    const method: unknown = Object.getOwnPropertyDescriptor(owner, methodName)!.value;
    if (typeof method !== 'function')
      throw new McpConfigurationError(
        `${where} is no method any more: a decorator made a getter of it. Take that decorator away, or call the ` +
          `method from one that is decorated for the server alone.`,
      );
    const decorated = this.accessor.decorated(owner, methodName);
    if (method !== decorated) carryMetadata(decorated, method);
  }
}

function instancesOf<T>(token: symbol, providers: readonly ProviderWrapper[]): T[] {
  return providers.filter((wrapper) => wrapper.token === token).map(({ instance }) => instance as T);
}

/** @throws {McpConfigurationError} when the method is for a server that does not exist */
function isFor(name: string, servers: readonly string[], { feature, where }: DiscoveredMethod): boolean {
  const { server } = feature.options;
  if (server === undefined) return true;
  const named = [server].flat();
  const unknown = named.find((other) => !servers.includes(other));
  if (unknown === undefined) return named.includes(name);
  throw new McpConfigurationError(
    `${where} is for the server "${unknown}", but the servers are ${servers.join(', ')}.`,
  );
}

function isNew({ host, token }: ProviderWrapper, explored: WeakMap<object, Set<unknown>>): boolean {
  const tokens = explored.get(host!) ?? new Set();
  if (tokens.has(token)) return false;
  explored.set(host!, tokens.add(token));
  return true;
}

/** @throws {McpConfigurationError} when Nest makes a provider without what its constructor takes */
function assertInjected({ wrapper: { metatype, inject }, prototype, where }: DiscoveredMethod): void {
  // Factories and values are made by the application.
  if (inject !== undefined && inject !== null) return;
  if (typeof metatype !== 'function' || metatype.prototype !== prototype) return;
  const reason = whyNotInjected(metatype as new () => object);
  if (reason === undefined) return;
  throw new McpConfigurationError(
    `${where}: nothing is injected into the constructor of ${metatype.name}, as ${reason}.`,
  );
}

/** The names of a prototype's methods, inherited ones included, each with its owner. */
function ownedMethods(prototype: object): [owner: object, methodName: string][] {
  const owners = new Map<string, object>();
  let owner: object | null = prototype;
  for (; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object | null)
    for (const name of Object.getOwnPropertyNames(owner)) if (!owners.has(name)) owners.set(name, owner);
  return [...owners].map(([name, itsOwner]) => [itsOwner, name]);
}

/** The prototype of a provider's instances. For a scoped or transient factory only a class as token tells it. */
function prototypeOf({ instance, metatype, inject, token }: ProviderWrapper): object | undefined {
  if (typeof instance === 'object' && instance !== null) return Object.getPrototypeOf(instance) as object;
  const isFactory = inject !== undefined && inject !== null;
  return ((isFactory ? token : metatype) as { prototype?: object } | null)?.prototype;
}
