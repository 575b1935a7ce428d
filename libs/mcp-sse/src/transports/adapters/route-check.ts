import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ExternalContextCreator, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { adapterOf, whenAdapterIsSet } from '../../nest/adapter-host.js';
import { RouteOwners } from '../../nest/route-owner.js';
import { configOfHandler, configOfRoute } from '../routes/mcp-route.js';
import {
  assertReached,
  patternOf,
  routeClash,
  type OrderedRoute,
  type RoutedHandler,
} from '../routes/route-clashes.js';
import { layersOf } from './express.adapter.js';

/** The parts of an Express application that are used here. */
interface Application {
  readonly router: { readonly stack: readonly Layer[] };
}

interface Layer {
  readonly route?: {
    readonly path: unknown;
    readonly methods: Readonly<Record<string, boolean>>;
    readonly stack: readonly { readonly handle: (...args: never[]) => unknown }[];
  };
  match(path: string): boolean;
}

/** The parts of a Fastify instance that are used here. */
interface Instance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
}

interface FastifyRoute {
  readonly method: string | string[];
  readonly url: string;
  readonly config?: unknown;
  readonly constraints?: object;
}

/** Servers that share an adapter watch it once. */
const watched = new WeakSet<object>();

/** Stops the boot when a route of ours and one of the application, or of another server, have the same method and path. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  private readonly owners: RouteOwners;

  constructor(
    private readonly host: HttpAdapterHost,
    modules: ModulesContainer,
    contexts: ExternalContextCreator,
  ) {
    this.owners = new RouteOwners(modules, contexts);
    whenAdapterIsSet(host, (adapter) => {
      if (adapter.getType() !== 'fastify' || watched.has(adapter)) return;
      watched.add(adapter);
      watchFastify(adapter.getInstance<Instance>(), this.owners);
    });
  }

  /**
   * By now other modules have registered routes too, if they do when they are initialized.
   *
   * @throws {McpConfigurationError}
   */
  onApplicationBootstrap(): void {
    const adapter = adapterOf(this.host);
    if (adapter?.getType() === 'express')
      assertReached(expressRoutes(adapter.getInstance<Application>()), this.owners);
  }
}

function expressRoutes(application: Application): OrderedRoute[] {
  return layersOf(application).flatMap((layer) => {
    const { path, methods, stack } = layer.route ?? {};
    const handler = stack?.[0]?.handle;
    if (typeof path !== 'string' || !methods || !handler) return [];
    const served = methods['_all'] ? ['GET', 'POST', 'DELETE'] : Object.keys(methods);
    return {
      methods: served.map((method) => method.toUpperCase()),
      path,
      handler,
      declared: configOfHandler(handler).declared,
      matches: (requested: string) => layer.match(requested),
    };
  });
}

/** Fastify refuses a second route, with an error that names neither owner; it tells of each route before. */
function watchFastify(instance: Instance, owners: RouteOwners): void {
  const routes = new Map<string, RoutedHandler>();
  instance.addHook('onRoute', ({ method, url, config, constraints = {} }) => {
    const methods = [method].flat();
    const route = { methods, path: url, declared: configOfRoute(config).declared };
    const pattern = patternOf(url);
    for (const name of methods) {
      const key = `${name} ${pattern} ${JSON.stringify(constraints)}`;
      const other = routes.get(key);
      const clash = other && routeClash(other, route, owners);
      if (clash) throw clash;
      if (!other) routes.set(key, route);
    }
  });
}
