import 'reflect-metadata';
import { PUBLIC_METADATA, ROLES_METADATA, SCOPES_METADATA } from './metadata-keys.js';

/**
 * Makes a decorator that says who may use a method, or all methods of a class. Its metadata is kept by the method's
 * name, as another decorator may replace the function.
 */
export function accessDecorator(key: string, value: unknown): MethodDecorator & ClassDecorator {
  return (target: object, propertyKey?: string | symbol) => {
    if (propertyKey === undefined) Reflect.defineMetadata(key, value, target);
    else Reflect.defineMetadata(key, value, target, propertyKey);
  };
}

/**
 * Offers a tool, a resource or a prompt to principals with all of these scopes. Lists hide it from others; a call that
 * lacks nothing but scopes is answered with their names (403 with `insufficient_scope` over HTTP).
 *
 * On a class it applies to each method without `@McpScopes()` or `@McpPublic()` of its own.
 */
export function McpScopes(...scopes: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(SCOPES_METADATA, scopes);
}

/**
 * Offers a tool, a resource or a prompt to principals with one of these roles. For others it does not exist.
 *
 * On a class it applies to each method without `@McpRoles()` or `@McpPublic()` of its own.
 */
export function McpRoles(...roles: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(ROLES_METADATA, roles);
}

/**
 * Offers a tool, a resource or a prompt to everyone whom the server's guards let in, whatever the scopes and roles of
 * its class and the policy say. Callers must authenticate as for any other feature.
 *
 * On a class it applies to each method without `@McpScopes()` or `@McpRoles()` of its own.
 */
export function McpPublic(): MethodDecorator & ClassDecorator {
  return accessDecorator(PUBLIC_METADATA, true);
}
