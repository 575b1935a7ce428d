import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A class. */
export type Type<T = unknown> = abstract new (...args: never[]) => T;

/** A JSON Schema 2020-12 document. */
export interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** A JSON Schema 2020-12 document whose root describes an object, as the protocol requires of arguments. */
export interface JsonObjectSchema extends JsonSchema {
  readonly type: 'object';
}

/**
 * A schema: a class with class-validator decorators, a Standard Schema object such as one of zod 4, a class that has one
 * as its static `schema`, or a JSON Schema 2020-12 document.
 */
export type McpSchemaSource = Type | StandardSchemaV1 | JsonObjectSchema;

/** A schema as {@link McpSchemaSource}, but of any JSON value. */
export type McpOutputSource = Type | StandardSchemaV1 | JsonSchema;
