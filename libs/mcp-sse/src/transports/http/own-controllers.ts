import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import type { Observable } from 'rxjs';

const ownControllers = new WeakSet<object>();
const exempting = new WeakSet<object>();

/** Remembers a controller as one of the module's. */
export function registerOwnController(controller: object): void {
  ownControllers.add(controller);
}

/** Nest keeps its list of global interceptors to itself. */
interface GlobalInterceptorsOf {
  interceptorsContextCreator: { getGlobalMetadata(): NestInterceptor[] };
}

/**
 * Exempts the module's routes from the application's global interceptors: one that wraps responses would wrap
 * each event of a stream, and one that limits time would cut it. They run on each call of a tool instead. Must
 * happen after the application has named them and before Nest registers its routes.
 */
export function exemptOwnControllers(contexts: ExternalContextCreator): void {
  const interceptors = (
    contexts as unknown as GlobalInterceptorsOf
  ).interceptorsContextCreator.getGlobalMetadata();
  interceptors.forEach((interceptor, index) => {
    if (!exempting.has(interceptor)) interceptors[index] = exemptingFrom(interceptor);
  });
}

function exemptingFrom(interceptor: NestInterceptor): NestInterceptor {
  const intercept = (
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> =>
    ownControllers.has(context.getClass()) ? next.handle() : interceptor.intercept(context, next);
  const exemption = Object.create(interceptor, { intercept: { value: intercept } }) as NestInterceptor;
  exempting.add(exemption);
  return exemption;
}
