import type { CanActivate, Type } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import type { ProviderWrapper } from './provider-wrapper.js';

/*
 * Read in @nestjs/core 11.1.0, 11.2.10, 12.0.1, 12.2.0 and 12.5.1, scanner.js: Nest looks for enhancers named by class on
 * the classes of providers before the application is complete, and makes each an injectable of the module. One that it
 * does not see there is left out of the handler without a word: a guard would not run. If a key below changes, that check
 * is void, and the tests of unresolvable enhancers fail.
 *
 * Before 11.2.8 and 12.2.0, Nest does not look at the class of a provider that has a token of its own, leaves out guards
 * whose class has no name, and does not construct an enhancer that is not request-scoped itself but injects what is.
 */
const DECORATOR_OF = {
  __guards__: '@UseGuards()',
  __interceptors__: '@UseInterceptors()',
  __pipes__: '@UsePipes()',
  __exceptionFilters__: '@UseFilters()',
};

const GUARDS = '__guards__' satisfies keyof typeof DECORATOR_OF;

const OLDER = 'before 11.2.8 and 12.2.0';

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

/**
 * Why Nest would not run an enhancer for the methods of a provider, or would not construct it, and what to do instead.
 *
 * @param type the class that has the methods
 * @returns the end of a sentence; undefined if the enhancer runs
 */
export function enhancerFault(
  { enhancer, decorator }: DeclaredEnhancer,
  type: { readonly name: string },
  wrapper: ProviderWrapper,
  contexts: ExternalContextCreator,
): string | undefined {
  if (typeof enhancer !== 'function') return undefined;
  const bound = wrapper.host!.injectables.get(enhancer as never);
  const isOlder = !('getHostModuleKey' in contexts);
  if (!bound && wrapper.metatype !== type)
    return `for a provider that is made by a factory or a value. Provide ${type.name} by its class`;
  if (!bound && isOlder && wrapper.token !== type)
    return `${OLDER} for a provider with a token of its own. Update Nest, provide ${type.name} without one`;
  if (!bound) return `because another decorator replaces the method. Put ${decorator} above that one`;
  if (isOlder && !enhancer.name) return `${OLDER} if its class has no name. Update Nest, name the class`;
  if (isOlder && !bound.isDependencyTreeStatic() && !bound.scope)
    return `${OLDER} with what it injects for each request. Update Nest, make it request-scoped itself`;
  return undefined;
}
