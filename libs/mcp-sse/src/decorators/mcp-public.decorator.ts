import { accessDecorator } from './access-decorator.js';
import { PUBLIC_METADATA } from './metadata-keys.js';

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
