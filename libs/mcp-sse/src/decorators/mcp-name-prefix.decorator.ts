import 'reflect-metadata';
import { NAME_PREFIX_METADATA } from './metadata-keys.js';

/**
 * Puts a prefix before the names of a class's tools and prompts, inherited ones included, and before the prompts that
 * its `@McpComplete()` methods name. With it, two subclasses of a decorated base can both be served:
 *
 * ```ts
 * @Injectable()
 * @McpNamePrefix('eu_')
 * export class EuropeanOrders extends Orders {}
 * ```
 *
 * Resources keep their URIs. To change one, decorate the method again in the subclass.
 */
export function McpNamePrefix(prefix: string): ClassDecorator {
  return (target) => Reflect.defineMetadata(NAME_PREFIX_METADATA, prefix, target);
}
