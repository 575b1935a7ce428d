import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import { pathSegments } from './path-segments.js';

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
