import 'reflect-metadata';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import type { DtoClass } from './compiled-schema.js';
import type { Keywords } from './keywords.js';

/** Where @nestjs/swagger 7 to 12 store the options of `@ApiProperty()` and of their compiler plugin. */
const API_PROPERTY_METADATA = 'swagger/apiModelProperties';
const PLUGIN_FACTORY = '_OPENAPI_METADATA_FACTORY';

/** Keywords that OpenAPI and JSON Schema share and that never make a value invalid. */
const DESCRIBING = ['title', 'description', 'deprecated', 'readOnly', 'writeOnly'];
const CHECKING = [
  ...['format', 'default', 'pattern', 'minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
];
export const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  ...['string', 'number', 'integer', 'boolean', 'object'].map((name): [string, string] => [name, name]),
]);

/**
 * Completes the schema of a property from `@ApiProperty()`. The validators win over it. The server does not check what
 * `@ApiProperty()` adds, but clients check results; so a result gets only the describing keywords.
 */
export function withApiProperty(
  schema: Keywords,
  dto: DtoClass,
  property: string,
  validators: readonly ValidationMetadata[],
  direction: 'input' | 'output',
): Keywords {
  const api = apiProperty(dto, property);
  if (!api) return schema;
  if (direction === 'output') return { ...described(api), ...schema };
  const isArray = schema['type'] === 'array' || api['type'] === 'array' || api['isArray'] === true;
  const { items, ...rest } = schema;
  const completed = {
    ...described(api),
    ...picked(api, CHECKING),
    ...(isArray ? { type: 'array', items: elementKeywords(api, items as Keywords | undefined) } : {}),
    ...(isArray ? rest : elementKeywords(api, schema)),
  };
  const acceptsNull = validators.some(({ name }) => name === 'isOptional');
  return api['nullable'] === true && acceptsNull ? nullable(completed) : completed;
}

/** The keywords that describe or restrict a value, without its type. */
export function apiKeywords(api: Keywords): Keywords {
  const values = enumValues(api['enum']);
  return { ...described(api), ...picked(api, CHECKING), ...(values && { enum: values }) };
}

function described(api: Keywords): Keywords {
  const examples = api['examples'] ?? ('example' in api ? [api['example']] : undefined);
  return { ...picked(api, DESCRIBING), ...(Array.isArray(examples) && { examples: examples as unknown[] }) };
}

function picked(api: Keywords, keywords: readonly string[]): Keywords {
  return Object.fromEntries(keywords.filter((keyword) => keyword in api).map((key) => [key, api[key]]));
}

/** Adds the enum and the type of a value, or of an array's elements. */
function elementKeywords(api: Keywords, schema: Keywords = {}): Keywords {
  const values = enumValues(api['enum'] ?? (api['items'] as Keywords | undefined)?.['enum']);
  const hasType = ['type', 'enum', '$ref', 'anyOf'].some((keyword) => keyword in schema);
  const type = hasType ? undefined : TYPE_NAMES.get(typeOf(api['type']));
  return { ...(type && { type }), ...(values && { enum: values }), ...schema };
}

/** `type` may be a class, a name, a list of either, or a function that returns one of these. */
export function typeOf(type: unknown): unknown {
  const given = resolved(type);
  return Array.isArray(given) ? typeOf(given[0]) : given;
}

/** Whether a type is that of a list: `[Person]` or `() => [Person]`. */
export function isList(type: unknown): boolean {
  return Array.isArray(resolved(type));
}

function resolved(type: unknown): unknown {
  const isLazy = typeof type === 'function' && !TYPE_NAMES.has(type) && type.name === 'type';
  return isLazy ? resolved((type as () => unknown)()) : type;
}

/** A numeric TypeScript enum maps its values back to their names; those entries are skipped. */
export function enumValues(given: unknown): unknown[] | undefined {
  const source: unknown = typeof given === 'function' ? (given as () => unknown)() : given;
  if (Array.isArray(source)) return source;
  if (typeof source !== 'object' || source === null) return undefined;
  const numbers = Object.values(source).filter((value) => typeof value === 'number');
  const members = Object.entries(source).filter(([name]) => !numbers.includes(Number(name)));
  return members.map(([, value]) => value as unknown);
}

function nullable(schema: Keywords): Keywords {
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = schema['enum'] as unknown[] | undefined;
  return { ...schema, type: [schema['type'], 'null'], ...(values && { enum: [...values, null] }) };
}

/** What `@ApiProperty()` and the compiler plugin say of a property. */
export function apiProperty(dto: DtoClass, property: string): Keywords | undefined {
  const declared = Reflect.getMetadata(API_PROPERTY_METADATA, dto.prototype as object, property) as
    Keywords | undefined;
  const derived = pluginProperty(dto, property);
  return declared || derived ? { ...derived, ...declared } : undefined;
}

/** Reads the options from the nearest class that has any for the property. */
function pluginProperty(dto: object, property: string): Keywords | undefined {
  for (let type: object | null = dto; type; type = Object.getPrototypeOf(type) as object | null) {
    if (!Object.hasOwn(type, PLUGIN_FACTORY)) continue;
    const factory = (type as Record<string, () => Record<string, Keywords>>)[PLUGIN_FACTORY]!;
    const properties = factory.call(type);
    if (Object.hasOwn(properties, property)) return properties[property];
  }
  return undefined;
}

/** The names of the properties that the compiler plugin describes. */
export function declaredByPlugin(dto: object): string[] {
  const names: string[] = [];
  for (let type: object | null = dto; type; type = Object.getPrototypeOf(type) as object | null)
    if (Object.hasOwn(type, PLUGIN_FACTORY))
      names.push(...Object.keys((type as Record<string, () => object>)[PLUGIN_FACTORY]!()));
  return names;
}
