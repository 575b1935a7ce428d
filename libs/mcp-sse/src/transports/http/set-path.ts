import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import type { RoutePath } from './route-path.js';

/** Nest's key for the path of a route. */
const PATH = 'path';

/**
 * Sets the path of some of a controller's routes, before Nest registers them.
 *
 * @param path undefined for routes that are not to be
 */
export function setPath(
  controller: Type,
  path: RoutePath | undefined,
  ...methodNames: readonly string[]
): void {
  const methods = controller.prototype as Record<string, object>;
  for (const name of methodNames)
    if (path) Reflect.defineMetadata(PATH, path.toString(), methods[name]!);
    else Reflect.deleteMetadata(PATH, methods[name]!);
}
