import type { PipeTransform } from '@nestjs/common';
import type { ContextId, ExternalContextCreator } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { ExternalExceptionsHandler } from '@nestjs/core/exceptions/external-exceptions-handler.js';

/*
 * What a call needs of `ExternalContextCreator` beside `create()`. Read in @nestjs/core 11.1.0, 11.2.10, 12.0.0 and
 * 12.5.1, helpers/external-context-creator.js:
 * - `create()` takes its parts from `this`, so an object that inherits from the creator replaces one of them and keeps the
 *   rest. If `create()` reads pipes, filters and `createPipesFn` elsewhere, arguments reach handlers unchecked.
 * - `create()` looks for guards, pipes, interceptors and filters in the module whose key it finds by the class of the
 *   instance (`getContextModuleKey()`, Nest 11.1 and 12.0) or the instance (`getHostModuleKey()`). By the class, it finds
 *   another module that has the class too, or none for a provider with a token, and leaves out what is not there.
 * - `create()` caches the metadata of a handler, its pipes included. Nest 11 finds it by the names of the class and the
 *   method: a class of the same name would get the pipes of another one, and its arguments the wrong check.
 */

/** Calls the filter for an error with the arguments of the handler that threw it. */
export type CallFilters = (error: unknown, ...args: unknown[]) => unknown;
/** What Nest calls with the values of a handler's parameters before the handler: it puts them through the pipes. */
export type ApplyPipes = (values: unknown[], ...args: unknown[]) => unknown;
type CreatePipesFn = ExternalContextCreator['createPipesFn'];
/** The parameters of a handler that go through pipes. */
export type PipedParameters = Parameters<CreatePipesFn>[1];

/** The members of the creator that Nest declares private. */
interface PrivateCreators {
  readonly pipesContextCreator: { create(...args: EnhancedHandler): PipeTransform[] };
  readonly filtersContextCreator: { create(...args: EnhancedHandler): ExternalExceptionsHandler };
}

type EnhancedHandler = [
  instance: object,
  callback: (...args: never[]) => unknown,
  moduleKey: string,
  contextId?: ContextId,
  inquirerId?: string,
];

/** A creator for one handler of a provider of a module, which shares neither cache nor module with other handlers. */
export function forHandler(contexts: ExternalContextCreator, moduleKey: string): ExternalContextCreator {
  const keyOfModule = () => moduleKey;
  return Object.assign(Object.create(contexts) as ExternalContextCreator, {
    getHostModuleKey: keyOfModule,
    getContextModuleKey: keyOfModule,
    handlerMetadataStorage: new OneHandlerMetadata(),
  });
}

/** Nest's `HandlerMetadataStorage`, for one handler. */
class OneHandlerMetadata {
  private metadata: unknown;

  get(): unknown {
    return this.metadata;
  }

  set(_instance: object, _key: string, metadata: unknown): void {
    this.metadata = metadata;
  }
}

/** A creator that puts parameters through pipes as the given function has it. */
export function withPipesFn(
  contexts: ExternalContextCreator,
  createApplyPipes: (pipes: readonly PipeTransform[], parameters: PipedParameters) => ApplyPipes,
): ExternalContextCreator {
  return Object.create(contexts, { createPipesFn: { value: createApplyPipes } }) as ExternalContextCreator;
}

/**
 * The filters of a method, its class and the application, as the creator finds them. They return undefined for an error that
 * none of them handles: Nest would log it, but who masks the error logs it once, with the correlation id that the client is
 * told.
 */
export function filtersOf(contexts: ExternalContextCreator, ...args: EnhancedHandler): CallFilters {
  const { filtersContextCreator } = contexts as unknown as PrivateCreators;
  // Made for the first error: a provider that is made for each request has filters for each.
  let handler: ExternalExceptionsHandler | undefined;
  return (error, ...handled) => {
    handler ??= filtersContextCreator.create(...args);
    const host = new ExecutionContextHost(handled);
    host.setType('mcp');
    return handler.invokeCustomFilters(error, host);
  };
}

/** The pipes of a method, its class and the application, as the creator finds them. */
export function pipesOf(contexts: ExternalContextCreator, ...args: EnhancedHandler): PipeTransform[] {
  return (contexts as unknown as PrivateCreators).pipesContextCreator.create(...args);
}
