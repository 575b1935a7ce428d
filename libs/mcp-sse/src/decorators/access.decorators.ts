import 'reflect-metadata';
import { PUBLIC_METADATA, ROLES_METADATA, SCOPES_METADATA } from './metadata-keys.js';

/**
 * Makes a decorator that says whom a method, or every method of a class, is for. What it says is kept by the
 * method's name rather than on the function, which a decorator in between may replace by another one.
 */
export function accessDecorator(key: string, value: unknown): MethodDecorator & ClassDecorator {
  return (target: object, propertyKey?: string | symbol) => {
    if (propertyKey === undefined) Reflect.defineMetadata(key, value, target);
    else Reflect.defineMetadata(key, value, target, propertyKey);
  };
}

/**
 * Offers a tool, a resource or a prompt to principals that have every one of these scopes. To others it is hidden
 * in lists; who calls it and lacks nothing but a scope is told which (403 with `insufficient_scope` over HTTP).
 *
 * On a class it is for each method that has no `@McpScopes()` and no `@McpPublic()` of its own.
 */
export function McpScopes(...scopes: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(SCOPES_METADATA, scopes);
}

/**
 * Offers a tool, a resource or a prompt to principals that have one of these roles. To others it does not exist.
 *
 * On a class it is for each method that has no `@McpRoles()` and no `@McpPublic()` of its own.
 */
export function McpRoles(...roles: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(ROLES_METADATA, roles);
}

/**
 * Offers a tool, a resource or a prompt to everyone whom the guards of the server let in, whatever scopes and roles
 * its class needs and whatever the policy says. It opens no door: who must authenticate to reach the server must
 * do so for this too.
 *
 * On a class it is for each method that has no `@McpScopes()` and no `@McpRoles()` of its own.
 */
export function McpPublic(): MethodDecorator & ClassDecorator {
  return accessDecorator(PUBLIC_METADATA, true);
}
