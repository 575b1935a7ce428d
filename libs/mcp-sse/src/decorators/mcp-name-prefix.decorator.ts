import 'reflect-metadata';
import { NAME_PREFIX_METADATA } from './metadata-keys.js';

/**
 * Puts a prefix before the names of the tools and prompts of a class, inherited ones included, and before the
 * prompts that its `@McpComplete()` methods name. Two subclasses of a decorated base can both be served this way:
 *
 * ```ts
 * @Injectable()
 * @McpNamePrefix('eu_')
 * export class EuropeanOrders extends Orders {}
 * ```
 *
 * Resources keep their URIs: decorate the method again in the subclass to give it another one.
 */
export function McpNamePrefix(prefix: string): ClassDecorator {
  return (target) => Reflect.defineMetadata(NAME_PREFIX_METADATA, prefix, target);
}
