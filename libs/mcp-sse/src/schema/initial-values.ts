import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { DtoClass } from './dto-class.js';
import { accessorOf } from './wire-properties.js';

/** What a property holds without being given. */
export interface InitialValue {
  /** As JSON; undefined where it has no JSON, or is another one in each instance, such as a new id. */
  readonly json: unknown;
}

/**
 * Reads the initialisers of a class (`limit = 10`) by making instances of it.
 *
 * @throws McpSchemaError it cannot be made without arguments, or holds a property that has no decorator
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
        `value. Add one (@Allow() checks nothing), or make it private with #${undecorated}.`,
    );
  }
  const initialised = decorated.filter((property) => holdsValue(dto, first, property));
  return new Map(
    initialised.map((property) => [
      property,
      // What an accessor gives is computed, and no default that a client could send.
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

/** A getter may not be ready for an instance that holds nothing. */
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
      `${dto.name} cannot be made without arguments (${String(error)}). class-transformer makes it that way; ` +
        `let its constructor work without them.`,
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
