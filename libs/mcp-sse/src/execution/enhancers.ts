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
 * Nest looks at the classes of providers for enhancers that are named by class, before the application is complete.
 * Those that it does not see there it silently leaves out: a guard would not run.
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
        `${where}: ${decorator} names ${enhancer.name}, which Nest does not run ${
          wrapper.metatype === prototype.constructor
            ? `because another decorator replaces the method. Put ${decorator} above that one`
            : `for a provider that is made by a factory or a value. Provide ${prototype.constructor.name} by its class`
        }, or pass an instance.`,
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
