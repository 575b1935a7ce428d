import 'reflect-metadata';
import type { Pipe } from '../decorators/parameter.decorators.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { PARAMETERS_METADATA, RouteParameter as Kind } from '../nest/handler-metadata.js';
import { parameterNames } from '../discovery/parameter-names.js';
import type { Keywords } from '../schema/keywords.js';
import { parameterKeywords } from '../schema/mcp-schema.decorator.js';

/** Where a request carries a value. */
export type Place = 'path' | 'host' | 'query' | 'body';

/** A parameter of a route's handler that receives what clients send. */
export interface RouteParameter {
  readonly place: Place;
  /** The value that it receives; undefined for all values of the place in one object. */
  readonly name?: string;
  /** The declared type, as far as the compiler emitted it. */
  readonly type: unknown;
  readonly pipes: readonly Pipe[];
  /** A schema that its decorator names (Nest 12). */
  readonly schema?: unknown;
  /** Whether the handler has a default value for it. */
  readonly hasDefault: boolean;
  /** Of `@McpSchema()`. */
  readonly keywords?: Keywords;
}

/** What Nest keeps of a decorated parameter. */
interface Decorated {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes: readonly Pipe[];
  readonly schema?: unknown;
}

const PLACES: Readonly<Record<number, Place>> = {
  [Kind.Path]: 'path',
  [Kind.Host]: 'host',
  [Kind.Query]: 'query',
  [Kind.Body]: 'body',
};
const UNKNOWN_TO_CLIENTS: Readonly<Record<number, string>> = {
  [Kind.File]: 'an uploaded file',
  [Kind.Files]: 'uploaded files',
  [Kind.RawBody]: 'the raw body',
};

/**
 * The parameters of a handler that receive what clients send, in order. The others get the same from a call as from any
 * request: `@Headers()`, `@Req()`, `@Ip()`, `@Session()`, decorators of the application.
 *
 * @param where the handler is, for messages
 * @throws {McpConfigurationError} for a parameter that receives what a call cannot send
 */
export function routeParameters(prototype: object, methodName: string, where: string): RouteParameter[] {
  const decorated = (Reflect.getMetadata(PARAMETERS_METADATA, prototype.constructor, methodName) ??
    {}) as Record<string, Decorated>;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, methodName) ?? []) as unknown[];
  const method = (prototype as Record<string, (...args: never[]) => unknown>)[methodName]!;
  // A function that takes all of its parameters as one says nothing of them.
  const required = parameterNames(method).some((name) => name.startsWith('...')) ? Infinity : method.length;
  return Object.entries(decorated)
    .flatMap(([key, { index, data, pipes, schema }]) => {
      const kind = Number(key.split(':')[0]);
      if (kind in UNKNOWN_TO_CLIENTS)
        throw new McpConfigurationError(
          `${where} takes ${UNKNOWN_TO_CLIENTS[kind]}, which the arguments of a tool cannot carry. Give the tool a method ` +
            'of its own, which takes JSON.',
        );
      const place = PLACES[kind];
      if (!place) return [];
      const name = typeof data === 'string' && data !== '' ? data : undefined;
      const keywords = parameterKeywords(prototype, methodName, index);
      return {
        index,
        place,
        name,
        type: types[index],
        pipes,
        schema,
        hasDefault: index >= required,
        keywords,
      };
    })
    .sort((one, other) => one.index - other.index);
}
