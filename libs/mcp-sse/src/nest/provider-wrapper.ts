import { ContextIdFactory, ModuleRef, type ContextId, type ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/**
 * A provider as Nest's container holds it. Read in @nestjs/core 12.5, injector/instance-wrapper.js: `host` is the
 * module, and the wrapper knows whether its dependencies are static, durable or made for each request.
 */
export type ProviderWrapper = InstanceWrapper<object>;

/** The one instance that serves every call, or undefined when each call needs its own. */
export async function staticInstance(wrapper: ProviderWrapper): Promise<object | undefined> {
  if (!wrapper.isDependencyTreeStatic()) return undefined;
  return wrapper.isTransient ? resolveIn(wrapper) : wrapper.instance;
}

/** The instance of a provider that is made for each request. */
export function instanceFor(wrapper: ProviderWrapper, contextId: ContextId): Promise<object> {
  return resolveIn(wrapper, contextId);
}

/** The context id of a request, with the request registered so that providers can inject it. */
export function contextIdOf(wrapper: ProviderWrapper, request: object): ContextId {
  const contextId = ContextIdFactory.getByRequest(request as Record<string, unknown>);
  const isDurable = wrapper.isDependencyTreeDurable() && contextId.payload !== undefined;
  // As Nest's router does: a strategy's payload, such as the tenant, is part of the request.
  const provided = isDurable ? contextId.payload : Object.assign(request, contextId.payload);
  moduleRefOf(wrapper).registerRequestByContextId(provided, contextId);
  return contextId;
}

/** The key of the module that has the provider. */
export function moduleKeyOf({ host }: ProviderWrapper, modules: ModulesContainer): string {
  return [...modules].find(([, module]) => module === host)![0];
}

function resolveIn(wrapper: ProviderWrapper, contextId?: ContextId): Promise<object> {
  return moduleRefOf(wrapper).resolve<object>(wrapper.token as never, contextId, { strict: true });
}

function moduleRefOf({ host }: ProviderWrapper): ModuleRef {
  return host!.providers.get(ModuleRef)!.instance as ModuleRef;
}
