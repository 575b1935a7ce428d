import 'reflect-metadata';
import { Injectable, type Type } from '@nestjs/common';
import { argumentsClass, resultClass, type Describe } from './dtos.js';

const PROVIDERS = 50;
const METHODS = 20;
const ARGUMENT_CLASSES = 160;
const RESULT_CLASSES = 40;

/** Decorates a method, whose number it gets; every second one has a class of results. */
export type DecorateMethod = (index: number, result: Type | undefined) => MethodDecorator;

/** Providers with 1,000 methods, which share 200 DTO classes. */
export function providers(decorate: DecorateMethod, describe: Describe): Type[] {
  const inputs = classes(ARGUMENT_CLASSES, (index) => argumentsClass(`Arguments${index}`, describe));
  const results = classes(RESULT_CLASSES, (index) => resultClass(`Result${index}`, describe));
  return classes(PROVIDERS, (provider) => {
    @Injectable()
    class Provider {}
    for (let method = 0; method < METHODS; method++) {
      const index = provider * METHODS + method;
      const result = index % 2 === 0 ? results[(index / 2) % RESULT_CLASSES] : undefined;
      addMethod(
        Provider.prototype,
        `method${index}`,
        inputs[index % ARGUMENT_CLASSES]!,
        decorate(index, result),
      );
    }
    return Provider;
  });
}

/** Adds a method as the compiler does, types included. */
function addMethod(prototype: object, name: string, input: Type, decorate: MethodDecorator): void {
  const value = (args: { query: string }) => ({ count: 1, names: [args.query] });
  const descriptor = { value, configurable: true, writable: true };
  Object.defineProperty(prototype, name, descriptor);
  Reflect.defineMetadata('design:paramtypes', [input], prototype, name);
  decorate(prototype, name, descriptor);
}

function classes(count: number, create: (index: number) => Type): Type[] {
  return Array.from({ length: count }, (_, index) => create(index));
}
