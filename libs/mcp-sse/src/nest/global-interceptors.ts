/**
 * The application's global interceptors, kept off our routes. See docs/decisions/0005.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1: `ExternalContextCreator.interceptorsContextCreator.config` is the
 * `ApplicationConfig`, `getGlobalInterceptors()` and `getGlobalRequestInterceptors()` return its own lists, and Nest
 * takes interceptors from these lists when it registers routes, after it called `configure()` of each module.
 *
 * If Nest moves `config` or returns copies, an interceptor that wraps responses wraps each event of a stream, and one
 * that limits time cuts it. The tests of corporate applications fail then.
 */
import 'reflect-metadata';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { ApplicationConfig, ExternalContextCreator } from '@nestjs/core';
import type { Observable } from 'rxjs';

const ownControllers = new WeakSet<object>();
const exempting = new WeakSet<object>();

/** What `@ApiExcludeController()` of @nestjs/swagger 4 to 12 sets. */
const EXCLUDED_FROM_OPENAPI = 'swagger/apiExcludeController';

/** Marks a controller as one of the module's. An OpenAPI document would describe its routes as REST, and wrongly. */
export function registerOwnController(controller: object): void {
  ownControllers.add(controller);
  Reflect.defineMetadata(EXCLUDED_FROM_OPENAPI, [true], controller);
}

export function isOwnController(controller: unknown): controller is object {
  return ownControllers.has(controller as object);
}

interface GlobalInterceptorsOf {
  interceptorsContextCreator: { config: ApplicationConfig };
}

type ScopedInterceptor = ReturnType<ApplicationConfig['getGlobalRequestInterceptors']>[number];

/**
 * Exempts the module's controllers from the application's global interceptors, which run on each call of a tool
 * instead. Call it after the application added them and before Nest registers routes.
 */
export function exemptOwnControllers(contexts: ExternalContextCreator): void {
  const config = applicationConfigOf(contexts);
  replaceEach(config.getGlobalInterceptors(), exemptingFrom);
  replaceEach(config.getGlobalRequestInterceptors(), exemptingFromScoped);
}

/** What the application has configured so far. */
export function applicationConfigOf(contexts: ExternalContextCreator): ApplicationConfig {
  return (contexts as unknown as GlobalInterceptorsOf).interceptorsContextCreator.config;
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

/** A request-scoped interceptor has an instance for each request. */
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
