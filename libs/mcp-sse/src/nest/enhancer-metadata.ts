import type { CanActivate, Type } from '@nestjs/common';
import type { ProviderWrapper } from './provider-wrapper.js';

/*
 * Read in @nestjs/core 11.2.10, 12.2.0 and 12.5.1, scanner.js: Nest looks for enhancers named by class on the classes of
 * providers before the application is complete, and makes each an injectable of the module. One that it does not see
 * there is left out of the handler without a word: a guard would not run. If a key below changes, that check is void,
 * and the tests of unresolvable enhancers fail.
 *
 * Before 11.2.8 and 12.2.0, Nest does not look at the class of a provider that has a token of its own, and leaves out
 * guards whose class has no name. So these are the oldest versions that the package accepts.
 */
const DECORATOR_OF = {
  __guards__: '@UseGuards()',
  __interceptors__: '@UseInterceptors()',
  __pipes__: '@UsePipes()',
  __exceptionFilters__: '@UseFilters()',
};

const GUARDS = '__guards__' satisfies keyof typeof DECORATOR_OF;

export type Guard = Type<CanActivate> | CanActivate;

/** An enhancer with the decorator that names it. */
export interface DeclaredEnhancer {
  /** A class, or an instance. */
  readonly enhancer: unknown;
  readonly decorator: string;
}

/** The guards, interceptors, pipes and filters that decorators of a class or method name. */
export function enhancersOf(target: object): DeclaredEnhancer[] {
  return Object.entries(DECORATOR_OF).flatMap(([key, decorator]) =>
    ((Reflect.getMetadata(key, target) ?? []) as unknown[]).map((enhancer) => ({ enhancer, decorator })),
  );
}

/** Whether a decorator of a class or method names a guard. */
export function isGuarded(target: object): boolean {
  return Reflect.hasMetadata(GUARDS, target);
}

/** The guards that decorators of a class or method name. */
export function guardsOf(target: object): readonly Guard[] {
  return (Reflect.getMetadata(GUARDS, target) ?? []) as Guard[];
}

/**
 * Takes away the guards that a decorator has added to those of a class or method, and gives back those that it took away.
 *
 * @returns the guards that it added
 */
export function withdrawGuards(target: object, earlier: readonly Guard[]): readonly Guard[] {
  const added = guardsOf(target).filter((guard) => !earlier.includes(guard));
  Reflect.defineMetadata(GUARDS, earlier, target);
  return added;
}

/** Whether Nest runs an enhancer for the methods of a provider. */
export function isResolvable(enhancer: unknown, { host }: ProviderWrapper): boolean {
  return typeof enhancer !== 'function' || host!.injectables.has(enhancer as never);
}
