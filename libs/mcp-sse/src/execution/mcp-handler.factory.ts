import { Injectable } from '@nestjs/common';
import { ExternalContextCreator, type ContextId } from '@nestjs/core';
import { ParameterKind, type Pipe } from '../decorators/parameter.decorators.js';
import type { DiscoveredMethod } from '../discovery/discovered-method.js';
import type { MethodParameters } from '../discovery/method-parameters.js';
import type { McpCall, McpHandler } from '../model/call.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { enhancerFault, enhancersOf } from '../nest/enhancer-metadata.js';
import { filtersOf, forHandler, pipesOf, type CallFilters } from '../nest/external-context-creator.js';
import { withFewPromises } from '../nest/few-promises.js';
import { contextIdOf, instanceFor, moduleKeyOf, staticInstance } from '../nest/provider-wrapper.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { argumentsPipes, shapeCheck } from './arguments.pipe.js';
import { CallParametersFactory, withCall } from './call-parameters.js';
import { filterAnswer } from './filter-answer.js';
import { McpResponse } from './mcp-response.js';
import { streamedResult } from './streamed-result.js';

type Method = (this: object, ...args: unknown[]) => unknown;
type PipelineArguments = [request: object, response: McpResponse, next: () => void, call: McpCall];
/** A handler behind Nest's pipeline. Its filters are called apart from the rest, with the error. */
interface Pipeline {
  run(...args: PipelineArguments): Promise<unknown>;
  readonly filter: CallFilters;
}

const NO_REQUEST = Object.freeze({ headers: {} });
const noop = () => undefined;

/**
 * Puts decorated methods behind Nest's own pipeline: guards, interceptors, pipes and filters of the method, its
 * class and the application.
 */
@Injectable()
export class McpHandlerFactory {
  constructor(private readonly contexts: ExternalContextCreator) {}

  /**
   * @param schema of the arguments, if they have one
   * @throws {McpConfigurationError} when an enhancer of the method would not run
   */
  async create(
    method: DiscoveredMethod,
    parameters: MethodParameters,
    schema?: CompiledSchema,
  ): Promise<McpHandler> {
    assertEnhancersRun(method, parameters, this.contexts);
    const { wrapper } = method;
    const moduleKey = moduleKeyOf(wrapper);
    const creator = withFewPromises(withCall(forHandler(this.contexts, moduleKey), parameters, schema));
    const instance = await staticInstance(wrapper);
    if (instance) {
      const pipeline = this.pipeline(creator, instance, method, parameters, schema);
      return (call) => runPipeline(pipeline, call);
    }
    return async (call) => {
      const contextId = contextIdOf(wrapper, call.context.request as object);
      const scoped = await instanceFor(wrapper, contextId);
      return runPipeline(this.pipeline(creator, scoped, method, parameters, schema, contextId), call);
    };
  }

  private pipeline(
    creator: ExternalContextCreator,
    instance: object,
    method: DiscoveredMethod,
    parameters: MethodParameters,
    schema?: CompiledSchema,
    contextId?: ContextId,
  ): Pipeline {
    const { wrapper, methodName, feature } = method;
    const callback = likeMethod(method, invokeMethod(method, parameters));
    const metadataKey = `nestjs-mcp-sse:${feature.kind}:parameters`;
    const found = [instance, callback, moduleKeyOf(wrapper), contextId, wrapper.id] as const;
    const pipes = argumentsPipes(parameters, schema, pipesOf(this.contexts, ...found));
    defineParameters(method, parameters, metadataKey, pipes);
    const run = creator.create(
      instance as never,
      callback,
      methodName,
      metadataKey,
      new CallParametersFactory(shapeCheck(schema, pipes)) as never,
      contextId,
      wrapper.id,
      { guards: true, interceptors: true, filters: false },
      'mcp',
    );
    return { run, filter: filtersOf(this.contexts, ...found) };
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
    return filterAnswer(error, await pipeline.filter(error, ...args), call);
  }
}

/** Calls the method with the values that the pipes returned. Nest passes them, and the call as the last one. */
function invokeMethod(
  { prototype, methodName, replacement }: DiscoveredMethod,
  parameters: MethodParameters,
): Method {
  if (replacement) return () => replacement();
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

/** Gives a function the name and metadata of the method, for enhancers and Reflector to find. */
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

/** @throws {McpConfigurationError} when Nest would leave out an enhancer, so that a guard would not run */
function assertEnhancersRun(
  { prototype, methodName, wrapper, where }: DiscoveredMethod,
  { piped }: MethodParameters,
  contexts: ExternalContextCreator,
): void {
  const type = prototype.constructor;
  const declared = [type, (prototype as Record<string, object>)[methodName]!].flatMap(enhancersOf);
  for (const { index, pipes } of Object.values(piped))
    for (const enhancer of pipes)
      declared.push({ enhancer, decorator: `the decorator of parameter ${index + 1}` });
  for (const each of declared) {
    const fault = enhancerFault(each, type, wrapper, contexts);
    if (!fault) continue;
    const name = (each.enhancer as { name: string }).name || 'a class without a name';
    throw new McpConfigurationError(
      `${where}: ${each.decorator} names ${name}, which Nest does not run ${fault}, or pass an instance.`,
    );
  }
}
