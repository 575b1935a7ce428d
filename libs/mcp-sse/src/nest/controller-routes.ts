/**
 * The routes of a controller, as Nest registers them.
 *
 * Read in @nestjs/core 11.1.0, 11.2.10, 12.0.0 and 12.5.1, router/routes-resolver.js, router/paths-explorer.js and
 * router/route-path-factory.js, and in @nestjs/common of the same versions, constants.js: the keys below, and that
 * `RoutePathFactory.create()` makes the path of each version with the global prefix, unless that is excluded. If Nest
 * renames a key, tools of routes answer 404 or stop the boot. The tests of routes as tools fail then.
 */
import 'reflect-metadata';
import { RequestMethod, VERSION_NEUTRAL, VersioningType, type Type } from '@nestjs/common';
import type { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { applicationConfigOf } from './global-interceptors.js';
import type { ProviderWrapper } from './provider-wrapper.js';

const PATH = 'path';
const METHOD = 'method';
const HOST = 'host';
const VERSION = '__version__';
const STREAM = '__sse__';
const MODULE_PATH = '__module_path__';

export interface ControllerRoute {
  /** In capitals; `ALL` for `@All()`. */
  readonly verb: string;
  /** The first of its paths, with the global prefix and the version if that is part of it. */
  readonly path: string;
  /** What `@Controller({ host })` names. */
  readonly host?: string | RegExp;
  /** The headers that name its version. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is a stream of events. */
  readonly isStream: boolean;
}

/** Whether a method of a controller has the decorator of a route, such as `@Get()`. */
export function isRoute(prototype: object, methodName: string): boolean {
  const method = (prototype as Record<string, unknown>)[methodName];
  // The class has the path of the controller under the same key.
  return typeof method === 'function' && methodName !== 'constructor' && Reflect.hasMetadata(PATH, method);
}

/** The names of a controller's methods that are routes with one answer, inherited ones included. */
export function routeNames(prototype: object): string[] {
  const names = new Set<string>();
  let owner = prototype;
  for (; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object)
    for (const name of Object.getOwnPropertyNames(owner))
      if (isMethod(owner, name) && isRoute(prototype, name) && !isStream(prototype, name)) names.add(name);
  return [...names];
}

function isMethod(owner: object, name: string): boolean {
  return typeof Object.getOwnPropertyDescriptor(owner, name)!.value === 'function';
}

function isStream(prototype: object, name: string): boolean {
  return Reflect.hasMetadata(STREAM, (prototype as Record<string, object>)[name]!);
}

/** Finds the routes of controllers, when the application is configured. */
export class ControllerRoutes {
  private readonly paths: RoutePathFactory;

  constructor(
    private readonly contexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
  ) {
    this.paths = new RoutePathFactory(this.config);
  }

  /** @param wrapper of the controller that has the method */
  routeOf(wrapper: ProviderWrapper, methodName: string): ControllerRoute {
    const controller = wrapper.metatype as Type;
    const method = (controller.prototype as Record<string, object>)[methodName]!;
    const requestMethod = Reflect.getMetadata(METHOD, method) as RequestMethod;
    const versioningOptions = this.config.getVersioning();
    const controllerVersion: unknown =
      versioningOptions && (Reflect.getMetadata(VERSION, controller) ?? versioningOptions.defaultVersion);
    const methodVersion: unknown = Reflect.getMetadata(VERSION, method);
    const [path] = this.paths.create(
      {
        ctrlPath: first(Reflect.getMetadata(PATH, controller)),
        methodPath: first(Reflect.getMetadata(PATH, method)),
        modulePath: this.modulePath(wrapper),
        globalPrefix: this.globalPrefix,
        controllerVersion: controllerVersion as string,
        methodVersion: methodVersion as string,
        versioningOptions,
      },
      requestMethod,
    );
    return {
      verb: RequestMethod[requestMethod],
      path: path!,
      host: [Reflect.getMetadata(HOST, controller)].flat()[0] as string | RegExp | undefined,
      headers: this.versionHeaders(methodVersion ?? controllerVersion),
      isStream: isStream(controller.prototype as object, methodName),
    };
  }

  private get config() {
    return applicationConfigOf(this.contexts);
  }

  /** As `NestApplication` passes it to its router. */
  private get globalPrefix(): string {
    const prefix = this.config.getGlobalPrefix();
    return prefix === '' || prefix.startsWith('/') ? prefix : `/${prefix}`;
  }

  private modulePath({ host }: ProviderWrapper): string {
    const { metatype } = host!;
    const { applicationId } = this.modules;
    return (Reflect.getMetadata(MODULE_PATH + applicationId, metatype) ??
      Reflect.getMetadata(MODULE_PATH, metatype)) as string;
  }

  private versionHeaders(versions: unknown): Record<string, string> {
    const versioning = this.config.getVersioning();
    const [version] = [versions].flat().filter((each) => each !== VERSION_NEUTRAL && each !== undefined);
    if (!versioning || version === undefined) return {};
    if (versioning.type === VersioningType.HEADER)
      return { [versioning.header.toLowerCase()]: String(version) };
    if (versioning.type === VersioningType.MEDIA_TYPE)
      return { accept: `application/json;${versioning.key}${String(version)}` };
    return {};
  }
}

function first(paths: unknown): string {
  return ([paths].flat()[0] ?? '/') as string;
}
