import type { IncomingMessage } from 'node:http';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

const SEGMENT = /^(:[A-Za-z_]\w*|[\w.~!$&'()*+,;=@%-]+)$/;

/** The path of a route as the options give it: literal segments and parameters (`:tenant`). */
export class RoutePath {
  readonly segments: readonly string[];

  /**
   * @param option that it comes from, for the message
   * @throws {McpConfigurationError}
   */
  constructor(path: string, option: string) {
    this.segments = pathSegments(path);
    const wrong = this.segments.find((segment) => !SEGMENT.test(segment) || segment.includes('*'));
    if (this.segments.length === 0 || wrong !== undefined)
      throw new McpConfigurationError(
        `"${option}" is "${path}", but must be a path of literal segments and parameters, such as "mcp/:tenant/sse".`,
      );
  }

  get parameters(): readonly string[] {
    return this.segments.filter((segment) => segment.startsWith(':')).map((segment) => segment.slice(1));
  }

  /** Whether a request with these segments in its path may be one to this route, under any prefix. */
  matches(requested: readonly string[]): boolean {
    return segmentsMatch(this.segments, requested.slice(-this.segments.length));
  }

  /**
   * The path of another route under the prefix, version and parameters that a request to this one has.
   *
   * @param requested segments of that request's path
   * @returns segments; a parameter that this route lacks stays as it is
   */
  sibling(other: RoutePath, requested: readonly string[]): string[] {
    const own = requested.slice(-this.segments.length);
    const above = requested.slice(0, -this.segments.length);
    const values = new Map(this.segments.map((name, index) => [name, own[index]!]));
    return [...above, ...other.segments.map((segment) => values.get(segment) ?? segment)];
  }

  toString(): string {
    return `/${this.segments.join('/')}`;
  }
}

/** The segments of a path, as they are encoded. */
export function pathSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The segments of the path that a request names. */
export function requestedSegments(request: IncomingMessage): string[] {
  // Express removes the path that a router is mounted on from `url`.
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url!;
  return pathSegments(url.split('?', 1)[0]!);
}

/** Whether a path fits a pattern that may have parameters (`:tenant`), segment by segment. */
export function segmentsMatch(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => segment.startsWith(':') || segment === path[index])
  );
}
