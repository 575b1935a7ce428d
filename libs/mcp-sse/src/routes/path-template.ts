import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';

/** A parameter, with the pattern that its value must match where the router knows such. */
const PARAMETER = /:(\w+)(?:\\?\([^()]*\))?/g;
/** What the routers' patterns have besides parameters. */
const PATTERN = /[*?+{}()[\]:"\\]/;

/** The texts of a segment, with a parameter between each two. */
interface Segment {
  readonly texts: readonly string[];
  readonly parameters: readonly string[];
}

/** The path of a route, with parameters such as `:id`. */
export class PathTemplate {
  private readonly segments: readonly Segment[];

  /**
   * @param where the route is, for messages
   * @throws {McpConfigurationError} for a path that values do not make complete, such as one with a wildcard
   */
  constructor(path: string, where: string) {
    this.segments = path.split('/').map((segment) => {
      const parameters = [...segment.matchAll(PARAMETER)].map(([, name]) => name!);
      return { parameters, texts: segment.split(PARAMETER).filter((_, index) => index % 2 === 0) };
    });
    const odd = this.segments.flatMap(({ texts }) => texts).find((text) => PATTERN.test(text));
    if (odd !== undefined)
      throw new McpConfigurationError(
        `${where} has the path "${path}", in which "${odd}" stands for more than one text, so it cannot be a tool. ` +
          "Give it a route with parameters such as ':id' only.",
      );
  }

  get parameters(): string[] {
    return this.segments.flatMap(({ parameters }) => parameters);
  }

  /**
   * The path with encoded values. No value makes another path of it.
   *
   * @param valueOf a parameter
   * @throws {McpInvalidArgumentsException}
   */
  fill(valueOf: (parameter: string) => string): string {
    return this.segments.map((segment) => filled(segment, valueOf)).join('/');
  }
}

function filled({ texts, parameters }: Segment, valueOf: (parameter: string) => string): string {
  let path = texts[0]!;
  for (const [index, name] of parameters.entries()) path += encoded(valueOf(name), name) + texts[index + 1]!;
  // URLs have no way to write a segment of dots that is not resolved.
  if (path === '.' || path === '..') throw invalidValue(parameters[0]!, 'cannot be made of dots alone');
  return path;
}

function encoded(value: string, name: string): string {
  if (value === '') throw invalidValue(name, 'cannot be empty, as it is part of the path');
  try {
    return encodeURIComponent(value);
  } catch {
    throw invalidValue(name, 'has half of a surrogate pair');
  }
}

function invalidValue(name: string, message: string): McpInvalidArgumentsException {
  return new McpInvalidArgumentsException([{ path: name, message }]);
}
