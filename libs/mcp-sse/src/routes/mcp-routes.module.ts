import { Inject, Module, type DynamicModule, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import {
  INCLUDED_ROUTES,
  sourceParts,
  type IncludedRoutes,
  type McpRouteSource,
} from '../discovery/included-routes.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { isRoute, routeNames } from '../nest/controller-routes.js';
import { isOwnController } from '../nest/global-interceptors.js';

/** Checks the names of methods in a list of routes, as far as the compiler knows the list. */
type Checked<Sources extends readonly McpRouteSource[]> = number extends Sources['length']
  ? Sources
  : {
      [Index in keyof Sources]: Sources[Index] extends readonly [Type<infer Controller>, ...string[]]
        ? readonly [Type<Controller>, ...MethodOf<Controller>[]]
        : Type;
    };

type MethodOf<Controller> = {
  [Name in keyof Controller]: Controller[Name] extends (...args: never[]) => unknown ? Name : never;
}[keyof Controller] &
  string;

export interface McpRoutesModuleOptions<
  Sources extends readonly McpRouteSource[] = readonly McpRouteSource[],
> {
  /** Controllers, all of whose routes become tools, or `[OrdersController, 'find', 'list']`. */
  include: Sources & Checked<Sources>;
  /** The server or servers (their `name`) that offer them; every one unless given. */
  server?: string | readonly string[];
}

/**
 * Makes many routes tools at once. Import it as often as you like.
 *
 * ```ts
 * imports: [McpSseModule.forRoot({ … }), McpRoutesModule.forRoot({ include: [[OrdersController, 'find', 'list']] })]
 * ```
 *
 * A tool is named after its controller and method: `orders_find`. What `@McpTool()` of a method says wins, and so does
 * `@McpNamePrefix()` of the class. Streams of events are left out.
 */
@Module({ imports: [DiscoveryModule] })
export class McpRoutesModule implements OnModuleInit {
  constructor(
    @Inject(INCLUDED_ROUTES) private readonly included: IncludedRoutes,
    private readonly discovery: DiscoveryService,
  ) {}

  /** @throws {McpConfigurationError} without a list of what to include */
  static forRoot<const Sources extends readonly McpRouteSource[]>({
    include,
    server,
  }: McpRoutesModuleOptions<Sources>): DynamicModule {
    if (!Array.isArray(include))
      throw refused(
        'needs a list "include" of controllers: McpRoutesModule.forRoot({ include: [OrdersController] }).',
      );
    const included: IncludedRoutes = { include, server };
    return {
      module: McpRoutesModule,
      providers: [{ provide: INCLUDED_ROUTES, useValue: included }],
    };
  }

  /** @throws {McpConfigurationError} */
  onModuleInit(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype);
    for (const source of this.included.include) {
      const { controller, methods } = sourceParts(source);
      const name = controller?.name ?? String(controller);
      const servesProtocol: boolean = isOwnController(controller);
      if (servesProtocol) throw refused(`includes ${name}, which serves the protocol itself. Take it out.`);
      if (!controllers.includes(controller))
        throw refused(
          `includes ${name}, which is no controller of this application. Add it to the "controllers" of a module, or take ` +
            'it out.',
        );
      const routes = routeNames(controller.prototype as object);
      const wrong = methods?.find((method) => !isRoute(controller.prototype as object, method));
      if (wrong !== undefined)
        throw refused(
          `includes ${name}.${wrong}, which is no route. The routes are ${routes.join(', ') || 'none'}.`,
        );
      if (methods?.length === 0 || routes.length === 0)
        throw refused(
          `includes ${name} without a route. Name methods with @Get() or the like, or take it out.`,
        );
    }
  }
}

function refused(problem: string): McpConfigurationError {
  return new McpConfigurationError(`McpRoutesModule ${problem}`);
}
