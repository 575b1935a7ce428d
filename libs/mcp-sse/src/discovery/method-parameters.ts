import { METHOD_METADATA } from '../decorators/metadata-keys.js';
import { ParameterKind, type ParameterMetadata } from '../decorators/parameter.decorators.js';
import { McpParameterError } from '../model/errors/mcp-configuration.error.js';
import { isDeclaredClass } from '../model/declared-class.js';
import { McpContext } from '../model/mcp-context.js';
import { NestParameter, PARAMETERS_METADATA } from '../nest/handler-metadata.js';
import type { Type } from '../model/schema-source.js';
import type { DiscoveredMethod, FeatureMetadata } from './discovered-method.js';
import { parameterNames } from './parameter-names.js';

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
  /** Whether the compiler left the types of the parameters. */
  readonly hasTypes: boolean;
}

/** Of what is no method. */
export const NO_PARAMETERS: MethodParameters = {
  count: 0,
  piped: {},
  contextIndexes: [],
  principalIndexes: [],
  hasTypes: false,
};

const DECORATORS =
  'Use @McpArgs(), @McpCtx(), @McpUriParam() or @McpPrincipal(), or the type McpContext. All arguments come in one ' +
  'object: declare one class with a property for each.';
const HTTP_KINDS: readonly number[] = Object.values(NestParameter);
/** What parameters without a decorator receive, in this order. */
const ARGUMENTS_FIRST = [ParameterKind.Args, ParameterKind.Context];
const VALUE_FIRST = [ParameterKind.Args, ParameterKind.UriParam, ParameterKind.Context];

const CONTEXT_NAME = /^_*(mcp_?)?(ctx|context)$/i;

/**
 * Determines what each parameter of a method receives: by its decorator, else by the type `McpContext`, else by
 * position (arguments, context). Of a type that was imported with `type`, or compiled without metadata, nothing is left.
 * A single parameter of such a type is the context if the method has no arguments to receive.
 *
 * @throws {McpParameterError} for a parameter that none of these decides
 */
export function methodParameters(discovered: DiscoveredMethod): MethodParameters {
  const { prototype, methodName, where } = discovered;
  const types = Reflect.getMetadata('design:paramtypes', prototype, methodName) as unknown[] | undefined;
  const decorated = decoratedParameters(discovered);
  const signature = signatureOf(discovered, types, decorated);
  const { count } = signature;
  const undeclared = undeclaredKinds(discovered, signature, types, decorated);

  const piped: Record<string, ParameterMetadata> = {};
  const contextIndexes: number[] = [];
  const principalIndexes: number[] = [];
  let argsIndex: number | undefined;

  for (let index = 0; index < count; index++) {
    const { kind, key, metadata } = decorated.get(index) ?? parameterOf(undeclared.get(index)!, index);
    if (kind === ParameterKind.Context) contextIndexes.push(index);
    else if (kind === ParameterKind.Principal) principalIndexes.push(index);
    else if (kind === ParameterKind.Args) {
      if (argsIndex !== undefined)
        throw new McpParameterError(where, index, 'the arguments are taken already.');
      argsIndex = index;
      piped[key] = metadata;
    } else if (isPiped(kind)) piped[key] = metadata;
    else throw new McpParameterError(where, index, `its decorator has no meaning here. ${DECORATORS}`);
  }

  const argsType = argsIndex === undefined ? undefined : types?.[argsIndex];
  return {
    count,
    piped,
    contextIndexes,
    principalIndexes,
    argsIndex,
    argsType: isDeclaredClass(argsType) ? argsType : undefined,
    hasTypes: types !== undefined,
  };
}

interface Parameter {
  /** NaN for a decorator made with Nest's `createParamDecorator`. */
  readonly kind: number;
  readonly key: string;
  readonly metadata: ParameterMetadata;
}

function parameterOf(kind: ParameterKind, index: number, metadata?: ParameterMetadata): Parameter {
  return { kind, key: `${kind}:${index}`, metadata: metadata ?? { index, pipes: [] } };
}

function decoratedParameters({ prototype, methodName }: DiscoveredMethod): Map<number, Parameter> {
  const decorated = (Reflect.getMetadata(PARAMETERS_METADATA, prototype.constructor, methodName) ??
    {}) as Record<string, ParameterMetadata>;
  return new Map(
    Object.entries(decorated).map(([key, metadata]) => {
      const { index, kind } = metadata;
      if (kind !== undefined) return [index, parameterOf(kind, index, metadata)];
      return [index, { kind: Number(key.split(':')[0]), key, metadata }];
    }),
  );
}

interface Signature {
  readonly count: number;
  /** Empty where the source does not tell them. */
  readonly names: readonly string[];
}

/** Without types, the source tells how many parameters there are: `length` leaves out those with a default value. */
function signatureOf(
  { prototype, methodName, where }: DiscoveredMethod,
  types: readonly unknown[] | undefined,
  decorated: ReadonlyMap<number, Parameter>,
): Signature {
  const method = Reflect.getMetadata(METHOD_METADATA, prototype, methodName) as (...args: never[]) => unknown;
  const names = parameterNames(method);
  const known = Math.max(method.length, ...[...decorated.keys()].map((index) => index + 1));
  if (types)
    return { count: Math.max(types.length, known), names: names.length === types.length ? names : [] };
  const rest = names.findIndex((name) => name.startsWith('...'));
  if (rest >= known)
    throw new McpParameterError(
      where,
      rest,
      'it takes all that remain, so it is unknown what it receives. Name each parameter, or if a decorator replaced the ' +
        "method, write it above the server's.",
    );
  return { count: Math.max(names.length, known), names };
}

/** The kinds of the parameters without a decorator, by index. @throws {McpParameterError} */
function undeclaredKinds(
  { feature, where }: DiscoveredMethod,
  { count, names }: Signature,
  types: readonly unknown[] | undefined,
  decorated: ReadonlyMap<number, Parameter>,
): Map<number, ParameterKind> {
  const kinds = new Map<number, ParameterKind>();
  const undecided: number[] = [];
  for (let index = 0; index < count; index++)
    if (isContext(types?.[index]) && !decorated.has(index)) kinds.set(index, ParameterKind.Context);
    else if (!decorated.has(index)) undecided.push(index);
  const taken: readonly number[] = [...kinds.values(), ...[...decorated.values()].map(({ kind }) => kind)];
  const order = feature.kind === 'completion' ? VALUE_FIRST : ARGUMENTS_FIRST;
  const open = order.filter((kind) => !taken.includes(kind));
  const isUntyped = (index: number) => types?.[index] === undefined || types[index] === Object;
  const isNamedContext = (index: number) => isUntyped(index) && CONTEXT_NAME.test(names[index] ?? '');

  const [first] = undecided;
  if (undecided.length === 1 && open.includes(ParameterKind.Context) && !takesArguments(feature))
    // Not every parameter of a tool is the context: its type may be an interface that should have been a class.
    if (isNamedContext(first!) || (['resource', 'app'].includes(feature.kind) && isUntyped(first!)))
      return kinds.set(first!, ParameterKind.Context);

  for (const [position, index] of undecided.entries()) {
    const kind = open[position];
    if (kind === undefined || (kind !== ParameterKind.Args && !isUntyped(index)))
      throw new McpParameterError(where, index, `nothing tells what it receives. ${DECORATORS}`);
    if (kind !== ParameterKind.Context && isNamedContext(index))
      throw new McpParameterError(
        where,
        index,
        'it has the name of the context and the place of the arguments, and no type at run time. Decorate it with ' +
          '@McpCtx(), import McpContext without "type", or if it is the arguments, decorate it with @McpArgs().',
      );
    kinds.set(index, kind);
  }
  return kinds;
}

/** Whether there are arguments that no parameter needs to describe. */
function takesArguments({ kind, options }: FeatureMetadata): boolean {
  switch (kind) {
    case 'tool':
      return (options.input ?? options.inputSchema) !== undefined;
    case 'prompt':
      return options.args !== undefined;
    case 'resource':
    case 'app':
      return options.uri.includes('{');
    case 'completion':
      return true;
  }
}

function isPiped(kind: number): boolean {
  return Number.isNaN(kind) || kind === ParameterKind.UriParam || HTTP_KINDS.includes(kind);
}

function isContext(type: unknown): boolean {
  return typeof type === 'function' && type.prototype instanceof McpContext;
}
