import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/**
 * A provider as Nest's container holds it. Read in @nestjs/core 11.1.0, 11.2.10, 12.0.0 and 12.5.1,
 * injector/instance-wrapper.js and injector.js:
 * - `host` is the module, whose `token` is its key in the container, and the wrapper knows whether its dependencies are static, durable or made for each request.
 * - Nest 12 looks the dependencies of every provider up at boot. Nest 11 leaves out transient providers that nothing
 *   injects, and takes them for static until it has created one.
 *
 * If that changes, a transient tool shares one instance, without a request, between all calls. The tests of scopes fail
 * then.
 */
export type ProviderWrapper = InstanceWrapper<object>;

/** The members of `ModuleRef` and of the wrapper that Nest declares private. */
interface Lookup {
  readonly injector: {
    /** Calls back with the constructor's arguments. */
    resolveConstructorParams(...args: [...LookupArguments, callback: () => void]): Promise<void>;
    resolveProperties(...args: LookupArguments): Promise<unknown>;
  };
}

type LookupArguments = [
  wrapper: ProviderWrapper,
  module: ProviderWrapper['host'],
  inject: ProviderWrapper['inject'],
];

/** The one instance that serves every call, or undefined when each call needs its own. */
export async function staticInstance(wrapper: ProviderWrapper): Promise<object | undefined> {
  await learnDependencies(wrapper);
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
export function moduleKeyOf({ host }: ProviderWrapper): string {
  return host!.token;
}

/** Lets Nest look up what a transient provider depends on, without creating it. */
async function learnDependencies(
  wrapper: ProviderWrapper,
  known = new Set<ProviderWrapper>(),
): Promise<void> {
  if (!wrapper.isTransient || known.has(wrapper)) return;
  known.add(wrapper);
  if (!wrapper.getCtorMetadata() && !wrapper.getPropertiesMetadata()) {
    const { injector } = moduleRefOf(wrapper) as unknown as Lookup;
    const lookedUp: LookupArguments = [wrapper, wrapper.host, wrapper.inject];
    await injector.resolveConstructorParams(...lookedUp, () => undefined);
    await injector.resolveProperties(...lookedUp);
  }
  const properties = wrapper.getPropertiesMetadata() ?? [];
  for (const dependency of [...(wrapper.getCtorMetadata() ?? []), ...properties.map((each) => each.wrapper)])
    await learnDependencies(dependency, known);
}

function resolveIn(wrapper: ProviderWrapper, contextId?: ContextId): Promise<object> {
  return moduleRefOf(wrapper).resolve<object>(wrapper.token as never, contextId, { strict: true });
}

function moduleRefOf({ host }: ProviderWrapper): ModuleRef {
  return host!.providers.get(ModuleRef)!.instance as ModuleRef;
}
