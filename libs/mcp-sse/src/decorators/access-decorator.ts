import 'reflect-metadata';

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
