/**
 * Routes that serve requests which name no version.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1: `RoutesResolver.getVersionMetadata()` reads the key of each controller
 * when it registers routes, and takes the default version of the application where a controller has none. If Nest
 * renames the key, our routes answer 404 in applications whose versions are in a header. The tests of neighbours'
 * routes fail then.
 */
import 'reflect-metadata';
import { VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import type { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { applicationConfigOf, isOwnController } from './global-interceptors.js';

const VERSION = '__version__';

/**
 * Makes the module's controllers neutral where the version is not part of the URL: clients of the protocol name no
 * version in a header. Call it after the application enabled versioning and before Nest registers routes.
 */
export function neutralizeOwnControllers(contexts: ExternalContextCreator, modules: ModulesContainer): void {
  const versioning = applicationConfigOf(contexts).getVersioning();
  if (!versioning || versioning.type === VersioningType.URI) return;
  for (const { controllers } of modules.values())
    for (const { metatype } of controllers.values())
      if (isOwnController(metatype)) Reflect.defineMetadata(VERSION, VERSION_NEUTRAL, metatype);
}
