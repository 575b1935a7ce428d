import type { ProviderWrapper } from './provider-wrapper.js';

/*
 * Read in @nestjs/core 12.5, dependencies-scanner.js: Nest looks for enhancers named by class on the classes of
 * providers before the application is complete, and makes each an injectable of the module. One that it does not see
 * there is left out of the handler without a word: a guard would not run. If a key below changes, that check is void,
 * and the tests of unresolvable enhancers fail.
 */
const DECORATOR_OF = {
  __guards__: '@UseGuards()',
  __interceptors__: '@UseInterceptors()',
  __pipes__: '@UsePipes()',
  __exceptionFilters__: '@UseFilters()',
};

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
  return Reflect.hasMetadata('__guards__' satisfies keyof typeof DECORATOR_OF, target);
}

/** Whether Nest runs an enhancer for the methods of a provider. */
export function isResolvable(enhancer: unknown, { host }: ProviderWrapper): boolean {
  return typeof enhancer !== 'function' || host!.injectables.has(enhancer as never);
}
