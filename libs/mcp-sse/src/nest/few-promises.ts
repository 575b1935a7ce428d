import type { CanActivate } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import type { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';
import type { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js';
import { isObservable } from 'rxjs';

/*
 * Read in @nestjs/core 11.1.0, 11.2.8, 12.0.0 and 12.5.1, helpers/external-context-creator.js: a handler that `create()`
 * returns awaits what `createGuardsFn()` returned, then `interceptorsConsumer.intercept()`, and returns what
 * `transformToResult()` makes of that. It takes all three from `this`. If `create()` takes them elsewhere, handlers make
 * Nest's promises again.
 */

type Callback = (...args: unknown[]) => unknown;
type Intercept = InterceptorsConsumer['intercept'];

/** The members of the creator that Nest declares private. */
interface Consumers {
  readonly guardsConsumer: GuardsConsumer;
  readonly interceptorsConsumer: InterceptorsConsumer;
}

/**
 * A creator whose handlers make no promise for guards that return `true`, for interceptors that are not there, and for
 * their results. Everything else Nest decides and awaits.
 */
export function withFewPromises(contexts: ExternalContextCreator): ExternalContextCreator {
  const { guardsConsumer, interceptorsConsumer } = contexts as unknown as Consumers;

  const createGuardsFn = (guards: CanActivate[], instance: object, callback: Callback, type: string) => {
    if (guards.length === 0) return null;
    return (args: unknown[]): unknown => {
      const context = guardsConsumer.createContext(args, instance, callback);
      context.setType(type);
      for (let index = 0; index < guards.length; index++) {
        const answer = guards[index]!.canActivate(context);
        if (answer === true) continue;
        // All guards of a call get the same context.
        const left = guards
          .slice(index + 1)
          .map((guard) => ({ canActivate: () => guard.canActivate(context) }));
        const asked = [{ canActivate: () => answer }, ...left];
        return (contexts.createGuardsFn(asked, instance, callback, type) as Callback)(args);
      }
      return undefined;
    };
  };

  const intercept: Intercept = (interceptors, args, instance, callback, next, type) =>
    interceptors.length === 0
      ? next()
      : interceptorsConsumer.intercept(interceptors, args, instance, callback, next, type);

  const transformToResult = (result: unknown): unknown =>
    isObservable(result) ? contexts.transformToResult(result) : result;

  return Object.create(contexts, {
    createGuardsFn: { value: createGuardsFn },
    interceptorsConsumer: { value: { intercept } },
    transformToResult: { value: transformToResult },
  }) as ExternalContextCreator;
}
