import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { ApplicationConfig, ExternalContextCreator } from '@nestjs/core';
import type { Observable } from 'rxjs';

const ownControllers = new WeakSet<object>();
const exempting = new WeakSet<object>();

/** Remembers a controller as one of the module's. */
export function registerOwnController(controller: object): void {
  ownControllers.add(controller);
}

/** Nest keeps its lists of global interceptors to itself. */
interface GlobalInterceptorsOf {
  interceptorsContextCreator: { config: ApplicationConfig };
}

type ScopedInterceptor = ReturnType<ApplicationConfig['getGlobalRequestInterceptors']>[number];

/**
 * Exempts the module's routes from the application's global interceptors: one that wraps responses would wrap
 * each event of a stream, and one that limits time would cut it. They run on each call of a tool instead. Must
 * happen after the application has named them and before Nest registers its routes.
 */
export function exemptOwnControllers(contexts: ExternalContextCreator): void {
  const { config } = (contexts as unknown as GlobalInterceptorsOf).interceptorsContextCreator;
  replaceEach(config.getGlobalInterceptors(), exemptingFrom);
  replaceEach(config.getGlobalRequestInterceptors(), exemptingFromScoped);
}

function replaceEach<T extends object>(list: T[], replace: (item: T) => T): void {
  list.forEach((item, index) => {
    if (exempting.has(item)) return;
    const replacement = replace(item);
    exempting.add(replacement);
    list[index] = replacement;
  });
}

function exemptingFrom(interceptor: NestInterceptor): NestInterceptor {
  const intercept = (
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> =>
    ownControllers.has(context.getClass()) ? next.handle() : interceptor.intercept(context, next);
  return Object.create(interceptor, { intercept: { value: intercept } }) as NestInterceptor;
}

/** A request-scoped interceptor is there only while its request is. */
function exemptingFromScoped(wrapper: ScopedInterceptor): ScopedInterceptor {
  const getInstanceByContextId: ScopedInterceptor['getInstanceByContextId'] = (...args) => {
    const host = wrapper.getInstanceByContextId(...args);
    const { instance } = host;
    return instance ? { ...host, instance: exemptingFrom(instance) } : host;
  };
  return Object.create(wrapper, {
    getInstanceByContextId: { value: getInstanceByContextId },
  }) as ScopedInterceptor;
}
