import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Type } from './type.js';
import type { JsonObjectSchema } from './json-schema.js';

/**
 * Where a schema comes from: a class with class-validator decorators, a zod 4 or other Standard Schema
 * object, or a JSON Schema 2020-12 document.
 */
export type McpSchemaSource = Type | StandardSchemaV1 | JsonObjectSchema;
