import { accessDecorator } from './access-decorator.js';
import { SCOPES_METADATA } from './metadata-keys.js';

/**
 * Offers a tool, a resource or a prompt to principals that have every one of these scopes. To others it is hidden
 * in lists; who calls it and lacks nothing but a scope is told which (403 with `insufficient_scope` over HTTP).
 *
 * On a class it is for each method that has no `@McpScopes()` and no `@McpPublic()` of its own.
 */
export function McpScopes(...scopes: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(SCOPES_METADATA, scopes);
}
