import 'reflect-metadata';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { ENTRY_PROVIDER_METADATA } from '../nest/handler-metadata.js';
import {
  APP_METADATA,
  COMPLETION_METADATA,
  METHOD_METADATA,
  PROMPT_METADATA,
  RESOURCE_METADATA,
  TOOL_METADATA,
} from './metadata-keys.js';

const DECORATOR_NAMES: Readonly<Record<string, string>> = {
  [TOOL_METADATA]: 'McpTool',
  [RESOURCE_METADATA]: 'McpResource',
  [APP_METADATA]: 'McpApp',
  [PROMPT_METADATA]: 'McpPrompt',
  [COMPLETION_METADATA]: 'McpComplete',
};

/**
 * Makes the decorator that marks a method as a feature of the server. The metadata is kept by the method's name, as
 * another decorator may replace the function.
 */
export function featureDecorator(key: string, options: object): MethodDecorator {
  assertOptions(key, options);
  return (target, propertyKey, descriptor: PropertyDescriptor | undefined) => {
    assertMethod(target, propertyKey, descriptor);
    Reflect.defineMetadata(key, options, target, propertyKey);
    Reflect.defineMetadata(METHOD_METADATA, descriptor.value, target, propertyKey);
    Reflect.defineMetadata(ENTRY_PROVIDER_METADATA, true, target.constructor);
    carryToReplacement(descriptor);
  };
}

/**
 * Decorators such as `@UseGuards()` keep their metadata on the function, and Nest reads it before the explorer runs.
 * So a function that a later decorator puts in its place gets the metadata at once.
 */
function carryToReplacement(descriptor: PropertyDescriptor): void {
  let method = descriptor.value as object;
  Object.defineProperty(descriptor, 'value', {
    configurable: true,
    enumerable: true,
    get: () => method,
    set: (replacement: unknown) => {
      if (typeof replacement === 'function') carryMetadata(method, replacement);
      method = replacement as object;
    },
  });
}

/** Compilers that do not check types let both mistakes pass. */
function assertOptions(key: string, options: unknown): void {
  const decorator = `@${DECORATOR_NAMES[key]!}`;
  if (typeof options === 'function' || isPrototype(options))
    throw new McpConfigurationError(
      `A method of ${nameOf(options as object)} has ${decorator} without parentheses. Write ${decorator}().`,
    );
  if (typeof options !== 'object' || options === null)
    throw new McpConfigurationError(
      `${decorator}(${JSON.stringify(options)}) takes an object, such as ${decorator}({ name: 'find' }).`,
    );
}

function isPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && value.constructor.prototype === value;
}

function nameOf(target: object): string {
  return typeof target === 'function' ? target.name : target.constructor.name;
}

function assertMethod(
  target: object,
  propertyKey: string | symbol,
  descriptor: PropertyDescriptor | undefined,
): asserts descriptor is PropertyDescriptor {
  const isStatic = typeof target === 'function';
  if (!isStatic && typeof propertyKey === 'string' && typeof descriptor?.value === 'function') return;
  const name = `${nameOf(target)}.${String(propertyKey)}`;
  const problem = isStatic ? 'is static' : typeof propertyKey === 'symbol' ? 'has no name' : 'is no method';
  throw new McpConfigurationError(
    `${name} ${problem}, so it cannot be a tool, resource, prompt or completion. Decorate a named method of the instance.`,
  );
}

/** Copies a function's metadata to its replacement, except for keys that the replacement has. */
export function carryMetadata(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from) as unknown[])
    if (!Reflect.hasMetadata(key, to)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
}
