import { rawRequest } from './raw-request.js';
import { pathSegments, requestedSegments, type RoutePath } from './route-path.js';

/** What adapters tell of the route that a request came by. */
interface RoutedRequest {
  /** Express's. */
  readonly route?: { readonly path?: unknown };
  /** Fastify's. */
  readonly routeOptions?: { readonly url?: string };
}

/**
 * A route under the paths that Nest has registered it with: one for each version, with or without the global prefix, as
 * the application's `exclude` says. Nest makes the paths of two routes in the same order, so that those at the same index
 * belong together.
 */
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
    // What an Express application is mounted on precedes the paths of its own.
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

  /** @returns a path of another route with a parameter that a request to this one gives no value */
  withoutValue(other: RegisteredRoute): string | undefined {
    const index = other.paths.findIndex((path, at) =>
      path.some((segment) => segment.startsWith(':') && !(this.paths[at] ?? []).includes(segment)),
    );
    return index < 0 ? undefined : text(other.paths[index]!);
  }

  /** @returns a path of another route that is not what the options say, seen from this one's */
  strayPath(other: RegisteredRoute): string | undefined {
    const below = other.route.toString().slice(this.route.toString().length);
    return other.paths.map(text).find((path, at) => path !== `${text(this.paths[at] ?? [])}${below}`);
  }

  /** An adapter that is neither Express's nor Fastify's tells no paths. */
  private get paths(): readonly (readonly string[])[] {
    return this.registered.length > 0 ? this.registered : [this.route.segments];
  }

  private indexOfMatched(request: object): number {
    const { route, routeOptions } = request as RoutedRequest;
    const matched = route?.path ?? routeOptions?.url;
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
