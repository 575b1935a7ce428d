import 'reflect-metadata';
import { apiKeywords, apiProperty, declaredByPlugin, isList, TYPE_NAMES, typeOf } from './api-property.js';
import type { DtoClass } from './compiled-schema.js';
import type { Keywords } from './keywords.js';

/** Where @nestjs/swagger 7 to 12 store the names of the properties that have `@ApiProperty()`, each after a colon. */
const API_PROPERTIES_METADATA = 'swagger/apiModelPropertiesArray';
const COMPONENT = /"#\/components\//;

/**
 * Schemas of what decorators of @nestjs/swagger describe, and of the classes that they name. Nothing here comes from
 * validators.
 */
export class ApiModels {
  readonly $defs: Record<string, Keywords> = {};
  private readonly names = new Map<unknown, string>();

  /**
   * The schema of what a decorator describes with `type`, `isArray`, `enum` or `schema`.
   *
   * @returns undefined for a type that nothing describes
   */
  schemaOf(api: Keywords): Keywords | undefined {
    const schema = 'schema' in api ? written(api['schema']) : this.valueOf(api);
    return schema && api['nullable'] === true ? { anyOf: [schema, { type: 'null' }] } : schema;
  }

  private valueOf(api: Keywords): Keywords | undefined {
    const type = typeOf(api['type']);
    const isArray = api['isArray'] === true || isList(api['type']) || type === Array || type === 'array';
    const element = this.elementOf(api, type);
    if (!isArray) return element && { ...apiKeywords(api), ...element };
    return { ...apiKeywords(api), type: 'array', items: element ?? {} };
  }

  private elementOf(api: Keywords, type: unknown): Keywords | undefined {
    if (api['enum'] !== undefined) return apiKeywords({ enum: api['enum'] });
    if (type === Date) return { type: 'string', format: 'date-time' };
    const name = TYPE_NAMES.get(type);
    if (name === 'object') return written(this.objectOf(api));
    if (name !== undefined) return { type: name };
    return typeof type === 'function' && type !== Array ? this.modelOf(type as DtoClass) : undefined;
  }

  private objectOf({ properties, additionalProperties, required }: Keywords): Keywords {
    const members = {
      properties,
      additionalProperties,
      required: Array.isArray(required) ? required : undefined,
    };
    return {
      type: 'object',
      ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
    };
  }

  private modelOf(type: DtoClass): Keywords | undefined {
    const known = this.names.get(type);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const names = describedProperties(type);
    if (names.length === 0) return undefined;
    const name = this.uniqueName(type.name || 'Object');
    this.names.set(type, name);
    // Reserves the name: the class may contain itself.
    this.$defs[name] = {};
    const properties: Record<string, Keywords> = {};
    const required: string[] = [];
    for (const property of names) {
      const api = apiProperty(type, property)!;
      const designType: unknown = Reflect.getMetadata('design:type', type.prototype as object, property);
      properties[property] = this.schemaOf({ type: designType, ...api }) ?? apiKeywords(api);
      if (api['required'] !== false) required.push(property);
    }
    this.$defs[name] = { type: 'object', properties, ...(required.length > 0 && { required }) };
    return { $ref: `#/$defs/${name}` };
  }

  private uniqueName(className: string): string {
    const name = `${className.replaceAll(/[^\w.-]/g, '_')}`;
    let candidate = name;
    for (let count = 2; Object.hasOwn(this.$defs, candidate); count++) candidate = `${name}${count}`;
    return candidate;
  }
}

/** A schema that an application has written, unless it refers to parts of its OpenAPI document. */
function written(schema: unknown): Keywords | undefined {
  if (typeof schema !== 'object' || schema === null || COMPONENT.test(JSON.stringify(schema)))
    return undefined;
  return schema as Keywords;
}

function describedProperties(type: DtoClass): string[] {
  const decorated = (Reflect.getMetadata(API_PROPERTIES_METADATA, type.prototype as object) ??
    []) as string[];
  return [...new Set([...decorated.map((name) => name.slice(1)), ...declaredByPlugin(type)])];
}
