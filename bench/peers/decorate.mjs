/**
 * Applies decorators without decorator syntax, which Node cannot parse.
 *
 * @param decorators the decorators of the parameters, in order
 */
export function decorateMethod(type, name, decorator, ...parameters) {
  for (const [index, parameter] of parameters.entries()) parameter?.(type.prototype, name, index);
  const method = Object.getOwnPropertyDescriptor(type.prototype, name);
  decorator(type.prototype, name, method);
  Object.defineProperty(type.prototype, name, method);
}

/** Adds a method for each name; `decoratorOf` gives its decorator. */
export function addMethods(type, features, decoratorOf, result) {
  for (const feature of features) {
    Object.defineProperty(type.prototype, feature.name, {
      value: () => result(feature.name),
      configurable: true,
      writable: true,
    });
    decorateMethod(type, feature.name, decoratorOf(feature));
  }
}
