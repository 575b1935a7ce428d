import type { Type } from '@nestjs/common';
import { isRoute, routeNames } from '../nest/controller-routes.js';
import type { ProviderWrapper } from '../nest/provider-wrapper.js';

/** Injection token of what each `McpRoutesModule.forRoot()` includes. */
export const INCLUDED_ROUTES = Symbol('nestjs-mcp-sse:included-routes');

/** A controller, all of whose routes are included, or one with the names of the methods that are. */
export type McpRouteSource = Type | readonly [controller: Type, ...methods: string[]];

export interface IncludedRoutes {
  readonly include: readonly McpRouteSource[];
  /** The server or servers that offer them; every one unless given. */
  readonly server?: string | readonly string[];
}

/** A route that is included, with the name that its tool has. */
export interface IncludedRoute extends Pick<IncludedRoutes, 'server'> {
  readonly methodName: string;
  readonly name: string;
}

/** The routes of one controller that are included. */
export function includedIn(
  { include, server }: IncludedRoutes,
  { metatype }: ProviderWrapper,
): IncludedRoute[] {
  return include
    .map((source) => sourceParts(source))
    .filter(({ controller }) => controller === metatype)
    .flatMap(({ controller, methods = routeNames(controller.prototype as object) }) =>
      // McpRoutesModule stops the boot for others.
      methods.filter((method) => isRoute(controller.prototype as object, method)),
    )
    .map((methodName) => ({ methodName, name: `${subjectOf(metatype as Type)}_${methodName}`, server }));
}

/** @returns `methods` that are named, if they are */
export function sourceParts(source: McpRouteSource): {
  readonly controller: Type;
  readonly methods?: readonly string[];
} {
  if (typeof source === 'function') return { controller: source };
  const [controller, ...methods] = source;
  return { controller, methods };
}

/** `line_items` of `LineItemsController`: methods of several controllers have the same name. */
function subjectOf({ name }: Type): string {
  return name
    .replace(/(?<=.)Controller$/, '')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase();
}
