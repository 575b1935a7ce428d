/**
 * Metadata of Nest's handlers that decorators of ours write and read.
 *
 * Read in @nestjs/common 11.1.0, 11.2.10 and 12.5.1, constants.js and enums/route-paramtypes.enum.js, and in
 * @nestjs/core of the same versions, scanner.js. If a key changes, Nest's parameter decorators and
 * `createParamDecorator` no longer work on tools, and global request-scoped enhancers no longer run for them. The tests
 * of parameters and enhancers fail then.
 */

/** The key of a method's parameter decorators. */
export const PARAMETERS_METADATA = '__routeArguments__';

/** The part of a parameter's key that has Nest call its `factory` for the value, whatever calls the method. */
export const CUSTOM_PARAMETER = '__customRouteArgs__';

/** The key of providers that handle requests. Nest applies global request-scoped enhancers to those alone. */
export const ENTRY_PROVIDER_METADATA = '__entryProvider__';

/** The numbers of Nest's parameter decorators (`RouteParamtypes`) that mean the same for a call. */
export const NestParameter = { Request: 0, Headers: 6 } as const;

/** The numbers of Nest's parameter decorators that take what a client sends with a route. */
export const RouteParameter = {
  Body: 3,
  Query: 4,
  Path: 5,
  File: 8,
  Files: 9,
  Host: 10,
  RawBody: 12,
} as const;
