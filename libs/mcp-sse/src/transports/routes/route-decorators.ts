import type { Type } from '@nestjs/common';
import { carryMetadata } from '../../decorators/feature-decorator.js';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { McpSseModuleOptions } from '../../model/mcp-sse.options.js';
import { guardsOf, withdrawGuards, type Guard } from '../../nest/enhancer-metadata.js';
import { extendRouteConfig } from '../../nest/route-metadata.js';
import { configOfHandler } from './mcp-route.js';

type RouteDecorator = NonNullable<McpSseModuleOptions['decorators']>[number];

/**
 * Applies the option `decorators` to a controller: a decorator that takes one parameter to the class, others to each
 * route. Guards among them are taken away again, as they must run with those of the option `guards`: before the principal
 * is read.
 *
 * @returns the guards
 * @throws {McpConfigurationError}
 */
export function decorateRoutes(controller: Type, decorators: readonly RouteDecorator[]): Guard[] {
  const prototype = controller.prototype as Record<string, object>;
  const routes = Object.getOwnPropertyNames(prototype).filter((name) => isRoute(prototype[name]!));
  return decorators.flatMap((decorator) => {
    if (typeof decorator !== 'function')
      throw new McpConfigurationError(`"decorators" has ${String(decorator)}, which is no decorator.`);
    return decorator.length === 1
      ? decorateClass(controller, decorator as ClassDecorator)
      : routes.flatMap((name) => decorateRoute(controller, name, decorator as MethodDecorator));
  });
}

function isRoute(method: object): boolean {
  return configOfHandler(method).mcpRoute !== undefined;
}

function decorateClass(controller: Type, decorator: ClassDecorator): readonly Guard[] {
  const earlier = guardsOf(controller);
  // Some return the class that they decorated.
  const returned = decorator(controller);
  if (returned !== controller) assertDecorates(decorator, returned);
  return withdrawGuards(controller, earlier);
}

function decorateRoute(controller: Type, name: string, decorator: MethodDecorator): readonly Guard[] {
  const prototype = controller.prototype as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  const method = descriptor.value as object;
  const earlier = guardsOf(method);
  const config = configOfHandler(method);
  const returned: unknown = decorator(prototype, name, descriptor);
  assertDecorates(decorator, returned);
  Object.defineProperty(prototype, name, (returned as PropertyDescriptor | undefined) ?? descriptor);
  const decorated = (prototype as Record<string, object>)[name]!;
  if (decorated !== method) carryMetadata(method, decorated);
  // Fastify's RouteConfig() replaces what an adapter file knows our routes by.
  extendRouteConfig(controller, name, config);
  return withdrawGuards(decorated, earlier);
}

function assertDecorates(decorator: RouteDecorator, returned: unknown): void {
  if (typeof returned !== 'function') return;
  throw new McpConfigurationError(
    `"decorators" has ${decorator.name || 'a function'} that returns a decorator or another class. Call it: ` +
      `"${decorator.name || 'decorator'}()".`,
  );
}
