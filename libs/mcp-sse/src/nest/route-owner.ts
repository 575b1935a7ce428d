/**
 * The controller behind a handler on the adapter's router.
 *
 * Read in @nestjs/core 11.1 and 12.5.1: `RouterExplorer` registers a function of its own for each route, copies the
 * metadata of the controller's method to it (`path` and `method` among them). The path that it registers ends with
 * those of the class and the method.
 *
 * If Nest copies no metadata, a clash of paths stops no boot on Express. The tests of clashes fail then.
 */
import 'reflect-metadata';
import { RequestMethod, VERSION_NEUTRAL, VersioningType, type Type } from '@nestjs/common';
import type { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { pathSegments } from '../http/route-path.js';
import { applicationConfigOf } from './global-interceptors.js';
import { PARAMETERS_METADATA } from './handler-metadata.js';
import { routeConfigOf } from './route-metadata.js';

const PATH = 'path';
const METHOD = 'method';
const HOST = 'host';
const VERSION = '__version__';
/** The number of `@Next()`. */
const NEXT = '2';

export interface RouteOwner {
  /** `Class.method` */
  readonly name: string;
  /** Whether it may leave a request that matches its path to a later route. */
  readonly mayPass: boolean;
}

/** Finds the owners of handlers, for messages. */
export class RouteOwners {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly contexts: ExternalContextCreator,
  ) {}

  /**
   * @param methods that the route serves, in capitals
   * @param path that the router has
   * @param handler if the router has Nest's own: Fastify's adapter puts another in its place for a path with parameters
   * @returns undefined for a route that Nest did not register for a controller of the application
   */
  ownerOf(methods: readonly string[], path: string, handler?: object): RouteOwner | undefined {
    if (handler && !Reflect.hasMetadata(PATH, handler)) return undefined;
    const registered = pathSegments(path);
    let found: RouteOwner | undefined = handler && { name: 'a controller', mayPass: false };
    let longest = -1;
    for (const module of this.modules.values())
      for (const { metatype } of module.controllers.values())
        for (const name of methodNames(metatype as Type)) {
          const length = matchedLength(metatype as Type, name, methods, registered);
          if (length <= longest) continue;
          longest = length;
          found = { name: `${metatype!.name}.${name}`, mayPass: this.mayPass(metatype as Type, name) };
        }
    return found;
  }

  private mayPass(controller: Type, name: string): boolean {
    const method = (controller.prototype as Record<string, object>)[name]!;
    const parameters = (Reflect.getMetadata(PARAMETERS_METADATA, controller, name) ?? {}) as object;
    const version: unknown = Reflect.getMetadata(VERSION, method) ?? Reflect.getMetadata(VERSION, controller);
    return (
      Reflect.getMetadata(HOST, controller) !== undefined ||
      Object.keys(parameters).some((key) => key.startsWith(`${NEXT}:`)) ||
      (version !== undefined && version !== VERSION_NEUTRAL && this.versioning !== VersioningType.URI)
    );
  }

  private get versioning(): VersioningType | undefined {
    return applicationConfigOf(this.contexts).getVersioning()?.type;
  }
}

function methodNames(controller: Type): string[] {
  const names = new Set<string>();
  let owner = controller.prototype as object;
  for (; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object)
    for (const name of Object.getOwnPropertyNames(owner)) names.add(name);
  return [...names];
}

/** How many segments of a registered path the paths of a method and its class explain; -1 if it is another's. */
function matchedLength(
  controller: Type,
  name: string,
  methods: readonly string[],
  registered: readonly string[],
): number {
  const method: unknown = Object.getOwnPropertyDescriptor(ownerOfMethod(controller, name), name)!.value;
  if (typeof method !== 'function' || isOwn(method)) return -1;
  const served = Reflect.getMetadata(METHOD, method) as RequestMethod | undefined;
  if (served === undefined || (served !== RequestMethod.ALL && !methods.includes(RequestMethod[served])))
    return -1;
  let longest = -1;
  for (const prefix of [Reflect.getMetadata(PATH, controller) ?? ''].flat() as string[])
    for (const path of [Reflect.getMetadata(PATH, method)].flat() as string[]) {
      const segments = pathSegments(`${prefix}/${path}`);
      const end = registered.slice(registered.length - segments.length);
      if (segments.length <= registered.length && segments.join('/') === end.join('/'))
        longest = Math.max(longest, segments.length);
    }
  return longest;
}

function isOwn(method: object): boolean {
  return (routeConfigOf(method) as { declared?: unknown } | undefined)?.declared !== undefined;
}

function ownerOfMethod(controller: Type, name: string): object {
  let owner = controller.prototype as object;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}
