import { NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { TOOL_METADATA } from '../decorators/metadata-keys.js';
import { INCLUDED_ROUTES } from '../discovery/included-routes.js';
import { routeCallOf } from '../model/route-call.js';
import { routeNames } from '../nest/controller-routes.js';
import { addFirstGuard } from '../nest/global-guards.js';

/**
 * Keeps a call from each route but its own: the value of `:id` may make the path of another route, such as
 * `/orders/export` beside `/orders/:id`.
 */
class RouteGate implements CanActivate {
  /** @throws {NotFoundException} */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const routed = routeCallOf(context.switchToHttp().getRequest<object>());
    if (!routed) return true;
    if (routed.controller !== context.getClass() || routed.method !== context.getHandler())
      throw new NotFoundException();
    routed.isReached = true;
    return true;
  }
}

const GATE = new RouteGate();

/** Guards all routes of an application that has tools among them. Call it before Nest registers the routes. */
export function guardRoutes(contexts: ExternalContextCreator, modules: ModulesContainer): void {
  for (const { controllers, providers } of modules.values())
    if (
      providers.has(INCLUDED_ROUTES) ||
      [...controllers.values()].some(({ metatype }) => hasTool(metatype!.prototype))
    )
      return addFirstGuard(contexts, GATE);
}

function hasTool(prototype: object): boolean {
  return routeNames(prototype).some((name) => Reflect.hasMetadata(TOOL_METADATA, prototype, name));
}
