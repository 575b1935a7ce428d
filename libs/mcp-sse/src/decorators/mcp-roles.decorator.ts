import { accessDecorator } from './access-decorator.js';
import { ROLES_METADATA } from './metadata-keys.js';

/**
 * Offers a tool, a resource or a prompt to principals that have one of these roles. To others it does not exist.
 *
 * On a class it is for each method that has no `@McpRoles()` and no `@McpPublic()` of its own.
 */
export function McpRoles(...roles: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(ROLES_METADATA, roles);
}
