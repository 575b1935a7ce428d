import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { DtoClass } from './compiled-schema.js';
import { accessorOf } from './wire-properties.js';

/** The value of a property that the caller did not send. */
export interface InitialValue {
  /** As JSON; undefined if it has no JSON form or differs per instance, such as a new id. */
  readonly json: unknown;
}

/**
 * Reads the initialisers of a class (`limit = 10`) by creating instances of it.
 *
 * @throws McpSchemaError if the constructor needs arguments, or a property has no decorator
 */
export function initialValues(
  dto: DtoClass,
  where: string,
  decorated: readonly string[],
  isHidden: (property: string) => boolean = () => false,
): Map<string, InitialValue> {
  const [first, second] = [instanceOf(dto, where), instanceOf(dto, where)];
  const undecorated = Object.keys(first).find(
    (property) => !decorated.includes(property) && !isHidden(property),
  );
  if (undecorated !== undefined) {
    throw new McpSchemaError(
      where,
      `${dto.name}.${undecorated} has no class-validator decorator, so class-validator would refuse every ` +
        `value. Add one (@Allow() checks nothing), or make the property private with #${undecorated}.`,
    );
  }
  const initialised = decorated.filter((property) => holdsValue(dto, first, property));
  return new Map(
    initialised.map((property) => [
      property,
      // An accessor computes its value: it is not a default that a client could send.
      Object.hasOwn(first, property) ? initialValue(first[property], second[property]) : { json: undefined },
    ]),
  );
}

function holdsValue(dto: DtoClass, instance: Record<string, unknown>, property: string): boolean {
  const accessor = accessorOf(dto, property);
  return accessor
    ? accessor.set !== undefined && safely(() => instance[property]) !== undefined
    : instance[property] !== undefined;
}

/** A getter may throw on an empty instance. */
function safely(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function instanceOf(dto: DtoClass, where: string): Record<string, unknown> {
  try {
    return new (dto as unknown as new () => Record<string, unknown>)();
  } catch (error) {
    throw new McpSchemaError(
      where,
      `${dto.name} cannot be created without arguments (${String(error)}), as class-transformer does. ` +
        `Make its constructor work without arguments.`,
    );
  }
}

function initialValue(value: unknown, other: unknown): InitialValue {
  const [text, otherText] = [toJson(value), toJson(other)];
  const isConstant = text !== undefined && text === otherText && text !== 'null' && !(value instanceof Date);
  return { json: isConstant ? (JSON.parse(text) as unknown) : undefined };
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
