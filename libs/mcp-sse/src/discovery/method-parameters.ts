import { ParameterKind, type ParameterMetadata } from '../decorators/parameter.decorators.js';
import { McpParameterError } from '../model/errors/mcp-configuration.error.js';
import { McpContext } from '../model/mcp-context.js';
import { NestParameter, PARAMETERS_METADATA } from '../nest/handler-metadata.js';
import type { Type } from '../model/schema-source.js';
import type { DiscoveredMethod } from './discovered-method.js';

/** What each parameter of a decorated method receives. */
export interface MethodParameters {
  readonly count: number;
  /** Nest's metadata of the parameters that go through pipes, by `kind:index`. */
  readonly piped: Readonly<Record<string, ParameterMetadata>>;
  /** Positions of the context. */
  readonly contextIndexes: readonly number[];
  readonly principalIndexes: readonly number[];
  /** Position of the arguments, if the method takes them. */
  readonly argsIndex?: number;
  /** Declared type of the arguments, if it is a class of the application. */
  readonly argsType?: Type;
}

const HTTP_KINDS: readonly number[] = Object.values(NestParameter);
const BUILT_IN: readonly unknown[] = [
  Object,
  String,
  Number,
  Boolean,
  Array,
  Function,
  Promise,
  Date,
  Map,
  Set,
];

/**
 * Determines what each parameter of a method receives: by its decorator, else by the type `McpContext`, else by
 * position (arguments, context).
 *
 * @throws {McpParameterError} for a parameter that none of these decides
 */
export function methodParameters({
  feature,
  prototype,
  methodName,
  where,
}: DiscoveredMethod): MethodParameters {
  const method = (prototype as Record<string, (...args: unknown[]) => unknown>)[methodName]!;
  const types = Reflect.getMetadata('design:paramtypes', prototype, methodName) as unknown[] | undefined;
  const decorated = (Reflect.getMetadata(PARAMETERS_METADATA, prototype.constructor, methodName) ??
    {}) as Record<string, ParameterMetadata>;
  const keys = new Map(Object.entries(decorated).map(([key, { index }]) => [index, key]));
  const count = Math.max(types?.length ?? 0, method.length, ...[...keys.keys()].map((index) => index + 1));

  const piped: Record<string, ParameterMetadata> = {};
  const contextIndexes: number[] = [];
  const principalIndexes: number[] = [];
  let argsIndex: number | undefined;

  for (let index = 0; index < count; index++) {
    const key = keys.get(index);
    const kind = key === undefined ? undeclaredKind(index) : Number(key.split(':')[0]);
    if (kind === ParameterKind.Context) contextIndexes.push(index);
    else if (kind === ParameterKind.Principal) principalIndexes.push(index);
    else if (kind === ParameterKind.Args) {
      if (argsIndex !== undefined)
        throw new McpParameterError(where, index, 'the arguments are taken already.');
      argsIndex = index;
      piped[`${kind}:${index}`] = decorated[key ?? ''] ?? { index, pipes: [] };
    } else if (isPiped(key, kind))
      piped[key ?? `${kind}:${index}`] = decorated[key ?? ''] ?? { index, pipes: [] };
    else throw new McpParameterError(where, index, `its decorator has no meaning here.`);
  }

  function undeclaredKind(index: number): ParameterKind {
    if (feature.kind === 'completion' && index === 1 && types?.[index] === Object)
      return ParameterKind.UriParam;
    const type = types?.[index];
    if (isContext(type)) return ParameterKind.Context;
    if (
      argsIndex === undefined &&
      ![...keys.values()].some((key) => key.startsWith(`${ParameterKind.Args}:`))
    )
      return ParameterKind.Args;
    if (index === 1 && (type === undefined || type === Object)) return ParameterKind.Context;
    throw new McpParameterError(
      where,
      index,
      'decorate it with @McpArgs(), @McpCtx(), @McpUriParam() or @McpPrincipal(), or give it the type McpContext.',
    );
  }

  const argsType = argsIndex === undefined ? undefined : types?.[argsIndex];
  return {
    count,
    piped,
    contextIndexes,
    principalIndexes,
    argsIndex,
    argsType: typeof argsType === 'function' && !BUILT_IN.includes(argsType) ? (argsType as Type) : undefined,
  };
}

function isPiped(key: string | undefined, kind: number): boolean {
  const isCustom = key !== undefined && Number.isNaN(kind);
  return isCustom || kind === ParameterKind.UriParam || HTTP_KINDS.includes(kind);
}

function isContext(type: unknown): boolean {
  return typeof type === 'function' && (type === McpContext || type.prototype instanceof McpContext);
}
