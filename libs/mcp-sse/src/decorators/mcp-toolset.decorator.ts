import { accessDecorator } from './access.decorators.js';
import { TOOLSETS_METADATA } from './metadata-keys.js';

/**
 * Makes a class, or one of its methods, part of a toolset: its tools, and its resources and prompts. A client picks
 * toolsets by its URL (`/mcp?toolsets=billing,orders`), and the option `toolsets` by the principal. What no pick includes
 * does not exist for the client. Features without a toolset are part of each pick.
 *
 * ```ts
 * @Injectable()
 * @McpToolset('billing')
 * export class Invoices {}
 * ```
 *
 * On a method it replaces that of the class.
 *
 * @param names 1 to 64 of `A-Z a-z 0-9 _ - .`
 */
export function McpToolset(...names: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return accessDecorator(TOOLSETS_METADATA, names);
}
