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

  toString(): string {
    return `/${this.segments.join('/')}`;
  }
}

/** The segments of a path, as they are encoded. */
export function pathSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The segments of the path that a request names, as they are encoded. */
export function requestedSegments(request: IncomingMessage): string[] {
  // Express removes the path that a router is mounted on from `url`.
  return pathSegments(pathOf((request as { originalUrl?: string }).originalUrl ?? request.url!));
}

/** The segments of the path that a router sees, decoded: some routers match `/%73se` with `/sse`. */
export function routedSegments({ url }: IncomingMessage): string[] {
  const path = pathOf(url!);
  const segments = pathSegments(path);
  return path.includes('%') ? segments.map(decoded) : segments;
}

/** @param url of a request; absolute if it was sent as if to a proxy */
function pathOf(url: string): string {
  const [path] = url.split('?', 1) as [string];
  return path.startsWith('/') || !URL.canParse(path) ? path : new URL(path).pathname;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Whether a path fits a pattern that may have parameters (`:tenant`), segment by segment. */
export function segmentsMatch(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => segment.startsWith(':') || segment === path[index])
  );
}
