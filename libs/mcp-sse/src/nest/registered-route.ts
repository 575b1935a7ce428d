/**
 * Routes under the paths that Nest registered them with.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1: `RoutePathFactory.create()` makes a path for each version, each with or
 * without the global prefix, as `exclude` says. The paths of all routes of a controller come in the same order, and
 * adapters put the matched path on the request: Express as `route.path`, Fastify as `routeOptions.url`. For other
 * adapters `adapter-routes.ts` does.
 *
 * If the orders differ, an endpoint names a path of another version. If requests have no path, endpoints name the
 * first version. The tests of routes fail then.
 */
import { rawRequest } from '../http/raw-request.js';
import { pathSegments, requestedSegments, type RoutePath } from '../http/route-path.js';

const matchedPath = Symbol('nestjs-mcp-sse:matched-path');

/** Where adapters put the path of the route that a request matched. */
interface RoutedRequest {
  [matchedPath]?: string;
  /** Express's. */
  readonly route?: { readonly path?: unknown };
  /** Fastify's. */
  readonly routeOptions?: { readonly url?: string };
}

/** For an adapter that does not put the path on its requests itself. */
export function noteMatchedPath(request: RoutedRequest, path: string): void {
  request[matchedPath] = path;
}

/** A route with all of its paths. The paths of two routes at the same index belong together. */
export class RegisteredRoute {
  private readonly registered: (readonly string[])[] = [];

  /** @param route as the options give it */
  constructor(readonly route: RoutePath) {}

  /** @param path that the adapter's router has */
  add(path: string): void {
    const segments = pathSegments(path);
    if (this.indexOf(segments) < 0) this.registered.push(segments);
  }

  /** Whether a request came by this route. */
  serves(request: object): boolean {
    return this.indexOfMatched(request) >= 0;
  }

  /**
   * The path of another route, with the version and the parameters of a request to this one.
   *
   * @param request of the adapter
   * @returns segments; a parameter that this route lacks stays as it is
   */
  siblingPath(other: RegisteredRoute, request: object): string[] {
    const index = Math.max(0, this.indexOfMatched(request));
    const own = this.paths[index]!;
    const target = other.paths[index] ?? other.paths[0]!;
    const requested = requestedSegments(rawRequest(request));
    // An Express application may be mounted below a path, which precedes its own paths.
    const start = requested.length - own.length;
    const values = new Map(own.map((segment, at) => [segment, requested[start + at]!]));
    const fork = own.findIndex((segment, at) => segment !== target[at]);
    const shared = fork < 0 ? own.length : fork;
    return [
      ...requested.slice(0, start + shared),
      ...target
        .slice(shared)
        .map((segment) => (segment.startsWith(':') ? (values.get(segment) ?? segment) : segment)),
    ];
  }

  /** @returns a path of another route with a parameter that a request to this route has no value for */
  withoutValue(other: RegisteredRoute): string | undefined {
    const index = other.paths.findIndex((path, at) =>
      path.some((segment) => segment.startsWith(':') && !(this.paths[at] ?? []).includes(segment)),
    );
    return index < 0 ? undefined : text(other.paths[index]!);
  }

  /** @returns a path of another route that does not stand below this route's as the options say */
  strayPath(other: RegisteredRoute): string | undefined {
    const below = other.route.toString().slice(this.route.toString().length);
    return other.paths.map(text).find((path, at) => path !== `${text(this.paths[at] ?? [])}${below}`);
  }

  /** Without a server for HTTP, Nest registers no routes. */
  private get paths(): readonly (readonly string[])[] {
    return this.registered.length > 0 ? this.registered : [this.route.segments];
  }

  private indexOfMatched(request: object): number {
    const { route, routeOptions, [matchedPath]: noted } = request as RoutedRequest;
    const matched = noted ?? route?.path ?? routeOptions?.url;
    return typeof matched === 'string' ? this.indexOf(pathSegments(matched)) : -1;
  }

  private indexOf(segments: readonly string[]): number {
    const path = text(segments);
    return this.registered.findIndex((other) => text(other) === path);
  }
}

function text(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}
