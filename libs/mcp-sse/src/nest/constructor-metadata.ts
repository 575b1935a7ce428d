/**
 * What Nest knows of the parameters of a provider's constructor.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1, injector/injector.js: `reflectConstructorParams()` reads both keys, and calls
 * the constructor without arguments where there is neither. If Nest renames one, the boot refuses providers that work.
 */
import 'reflect-metadata';

const TYPES = 'design:paramtypes';
/** Of `@Inject()`. */
const TOKENS = 'self:paramtypes';
const INJECTABLE = '__injectable__';

/** Why Nest injects nothing into a class whose constructor has parameters; undefined if it does, or there are none. */
export function whyNotInjected(type: new (...args: never[]) => object): string | undefined {
  if (type.length === 0 || Reflect.hasMetadata(TYPES, type) || Reflect.hasMetadata(TOKENS, type))
    return undefined;
  return Reflect.hasMetadata(INJECTABLE, type)
    ? 'the compiler emits no types. Set "emitDecoratorMetadata" in tsconfig.json ("decoratorMetadata" for swc), or ' +
        'decorate each parameter with @Inject()'
    : 'the class has no decorator. Add @Injectable() to it';
}
