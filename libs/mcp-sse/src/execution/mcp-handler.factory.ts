import { Injectable, type PipeTransform } from '@nestjs/common';
import {
  ContextIdFactory,
  ExternalContextCreator,
  ModuleRef,
  ModulesContainer,
  type ContextId,
} from '@nestjs/core';
import type { Pipe } from '../decorators/parameter-decorator.js';
import { ParameterKind } from '../decorators/parameter-kind.js';
import type { DiscoveredMethod } from '../discovery/discovered-method.js';
import type { MethodParameters } from '../discovery/method-parameters.js';
import type { McpCall, McpHandler } from '../model/call.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { argumentsPipes } from './arguments-pipes.js';
import { CallParametersFactory } from './call-parameters.factory.js';
import { assertEnhancersResolvable } from './enhancers.js';
import { filterAnswer } from './filter-answer.js';
import { McpResponse } from './mcp-response.js';
import { shapeCheck } from './shape-check.js';
import { streamedResult } from './streamed-result.js';
import { unlogged } from './unlogged.js';
import { withCall } from './with-call.js';

type Method = (this: object, ...args: unknown[]) => unknown;
type PipelineArguments = [request: object, response: McpResponse, next: () => void, call: McpCall];
/** A handler of Nest: the whole pipeline but its filters, and the filters, which take an error as well. */
interface Pipeline {
  run(...args: PipelineArguments): Promise<unknown>;
  filter(...args: [...PipelineArguments, error: unknown]): Promise<unknown>;
}

/** Nest keeps the creator of pipes to itself, yet only it knows which pipes a method has. */
interface PipesOf {
  pipesContextCreator: {
    create(
      instance: object,
      callback: Method,
      moduleKey: string,
      contextId?: ContextId,
      inquirerId?: string,
    ): PipeTransform[];
  };
}

const NO_REQUEST = Object.freeze({ headers: {} });
const noop = () => undefined;

/**
 * Puts decorated methods behind Nest's own pipeline: guards, interceptors, pipes and filters of the method, its
 * class and the application. The one place that touches ExternalContextCreator.
 */
@Injectable()
export class McpHandlerFactory {
  constructor(
    private readonly contexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
  ) {}

  /**
   * @param schema of the arguments, where they have one
   * @throws {McpConfigurationError} when an enhancer of the method would not run
   */
  async create(
    method: DiscoveredMethod,
    parameters: MethodParameters,
    schema?: CompiledSchema,
  ): Promise<McpHandler> {
    assertEnhancersResolvable(method, parameters);
    const { wrapper } = method;
    const moduleRef = wrapper.host!.providers.get(ModuleRef)!.instance as ModuleRef;
    if (!wrapper.isDependencyTreeStatic())
      return async (call) => {
        const contextId = this.contextOf(call, method, moduleRef);
        const instance = await moduleRef.resolve<object>(wrapper.token as never, contextId, { strict: true });
        return runPipeline(this.pipeline(instance, method, parameters, schema, contextId), call);
      };
    const instance = wrapper.isTransient
      ? await moduleRef.resolve<object>(wrapper.token as never, undefined, { strict: true })
      : wrapper.instance;
    const pipeline = this.pipeline(instance, method, parameters, schema);
    return (call) => runPipeline(pipeline, call);
  }

  private contextOf({ context }: McpCall, { wrapper }: DiscoveredMethod, moduleRef: ModuleRef): ContextId {
    const request = context.request as Record<string, unknown>;
    const contextId = ContextIdFactory.getByRequest(request);
    const isDurable = wrapper.isDependencyTreeDurable() && contextId.payload !== undefined;
    // As Nest's router does: a strategy's payload, such as the tenant, is part of the request.
    const provided = isDurable ? contextId.payload : Object.assign(request, contextId.payload);
    moduleRef.registerRequestByContextId(provided, contextId);
    return contextId;
  }

  private pipeline(
    instance: object,
    method: DiscoveredMethod,
    parameters: MethodParameters,
    schema?: CompiledSchema,
    contextId?: ContextId,
  ): Pipeline {
    const { wrapper, methodName, feature } = method;
    const callback = likeMethod(method, invokeMethod(method, parameters));
    const metadataKey = `nestjs-mcp-sse:${feature.kind}:parameters`;
    const inherited = this.pipesOf(instance, callback, method, contextId);
    const pipes = argumentsPipes(parameters, schema, inherited);
    defineParameters(method, parameters, metadataKey, pipes);
    const factory = new CallParametersFactory(shapeCheck(schema, pipes));
    const create = (
      contexts: ExternalContextCreator,
      fn: Method,
      key: string | undefined,
      filters: boolean,
    ) =>
      contexts.create(
        instance as never,
        fn,
        methodName,
        key,
        key === undefined ? undefined : (factory as never),
        contextId,
        wrapper.id,
        { guards: !filters, interceptors: !filters, filters },
        'mcp',
      );
    const rethrow: Method = (...args) => {
      throw args.at(-1);
    };
    return {
      run: create(withCall(this.contexts, parameters, schema), callback, metadataKey, false),
      filter: create(unlogged(this.contexts), likeMethod(method, rethrow), undefined, true),
    };
  }

  /** The pipes of the method, its class and the application. */
  private pipesOf(
    instance: object,
    callback: Method,
    { wrapper }: DiscoveredMethod,
    contextId?: ContextId,
  ): PipeTransform[] {
    const moduleKey = [...this.modules].find(([, module]) => module === wrapper.host)![0];
    const { pipesContextCreator } = this.contexts as unknown as PipesOf;
    return pipesContextCreator.create(instance, callback, moduleKey, contextId, wrapper.id);
  }
}

async function runPipeline(pipeline: Pipeline, call: McpCall): Promise<unknown> {
  const args: PipelineArguments = [
    (call.context.request ?? NO_REQUEST) as object,
    new McpResponse(),
    noop,
    call,
  ];
  try {
    return await pipeline.run(...args);
  } catch (error) {
    return filterAnswer(error, await pipeline.filter(...args, error), call);
  }
}

/** The method as Nest calls it: with the values that went through pipes, and last the call. */
function invokeMethod({ prototype, methodName }: DiscoveredMethod, parameters: MethodParameters): Method {
  const { count, contextIndexes, principalIndexes } = parameters;
  return function (...values) {
    const call = values[count] as McpCall;
    const { context } = call;
    const args = values.slice(0, count);
    for (const index of contextIndexes) args[index] = context;
    for (const index of principalIndexes) args[index] = context.principal;
    const method =
      (this as Record<string, Method>)[methodName] ?? (prototype as Record<string, Method>)[methodName]!;
    const returned = method.apply(this, args);
    return returned instanceof Promise
      ? returned.then((value) => streamedResult(value, call))
      : streamedResult(returned, call);
  };
}

/** Gives a function the name and metadata of the method, where enhancers and Reflector look for them. */
function likeMethod({ prototype, methodName }: DiscoveredMethod, fn: Method): Method {
  const method = (prototype as Record<string, object>)[methodName]!;
  for (const key of Reflect.getMetadataKeys(method))
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), fn);
  return Object.defineProperty(fn, 'name', { value: methodName });
}

function defineParameters(
  { prototype, methodName }: DiscoveredMethod,
  { piped, argsIndex }: MethodParameters,
  metadataKey: string,
  pipes: readonly Pipe[],
): void {
  const args = `${ParameterKind.Args}:${argsIndex}`;
  const metadata = { ...piped, ...(piped[args] && { [args]: { ...piped[args], pipes } }) };
  Reflect.defineMetadata(metadataKey, metadata, prototype.constructor, methodName);
}
