import type { DiscoveredMethod } from '../discovery/discovered-method.js';
import type { MethodParameters } from '../discovery/method-parameters.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

const ENHANCERS = {
  __guards__: '@UseGuards()',
  __interceptors__: '@UseInterceptors()',
  __pipes__: '@UsePipes()',
  __exceptionFilters__: '@UseFilters()',
};

/**
 * Nest makes the enhancers that are named by class only for providers that it makes by class, and silently
 * leaves them out for others: a guard would not run.
 *
 * @throws {McpConfigurationError}
 */
export function assertEnhancersResolvable(
  { prototype, methodName, wrapper, where }: DiscoveredMethod,
  { piped }: MethodParameters,
): void {
  const assertResolvable = (enhancer: unknown, decorator: string) => {
    if (typeof enhancer === 'function' && !wrapper.host!.injectables.has(enhancer as never))
      throw new McpConfigurationError(
        `${where}: ${decorator} names ${enhancer.name}, which Nest does not run for a provider that is made ` +
          `by a factory or a value. Provide ${prototype.constructor.name} by its class, or pass an instance.`,
      );
  };
  const method = (prototype as Record<string, object>)[methodName]!;
  for (const [key, decorator] of Object.entries(ENHANCERS))
    for (const target of [prototype.constructor, method])
      for (const enhancer of (Reflect.getMetadata(key, target) ?? []) as unknown[])
        assertResolvable(enhancer, decorator);
  for (const { index, pipes } of Object.values(piped))
    for (const pipe of pipes) assertResolvable(pipe, `the decorator of parameter ${index + 1}`);
}
