import 'reflect-metadata';
import { ENTRY_PROVIDER_METADATA } from './metadata-keys.js';

/** Makes the decorator that marks a method as a feature of the server. */
export function featureDecorator(key: string, options: object): MethodDecorator {
  return (target, _propertyKey, descriptor) => {
    Reflect.defineMetadata(key, options, descriptor.value as object);
    Reflect.defineMetadata(ENTRY_PROVIDER_METADATA, true, target.constructor);
  };
}
