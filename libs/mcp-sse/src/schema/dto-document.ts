import 'reflect-metadata';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import { MIRROR_KEYWORD } from '../model/mirrored-header.js';
import type { JsonObjectSchema } from '../model/schema-source.js';
import { withApiProperty } from './api-property.js';
import {
  hidesAny,
  isHidden,
  transformerMetadata,
  type TransformerMetadata,
} from './class-transformer-metadata.js';
import { containerOf, demandsValue, needsValue, propertySchema } from './property-schema.js';
import type { DtoClass } from './compiled-schema.js';
import { initialValues } from './initial-values.js';
import type { Keywords } from './keywords.js';
import { SCHEMA_KEYWORDS_METADATA } from './mcp-schema.decorator.js';
import { isKeywords, keywordsOf } from './property-keywords.js';
import type { UncheckedProperties } from './unchecked-properties.js';
import { accessorOf, WireProperties, type WireProperty } from './wire-properties.js';
import type { KnownProperties, NestedClass } from './unknown-properties.js';
import { validationMetadataOf } from './validation-metadata.js';

const SHAPE_VALIDATORS = /^(isArray|array[A-Z]\w+|isObject|isNotEmptyObject)$/;

/**
 * The JSON Schema of a class with class-validator decorators and of its nested classes.
 *
 * It does not use class-validator-jsonschema, which identifies classes by name alone, so that two classes of one name
 * become one, and which lets the last decorator win when several set a type.
 */
export class DtoDocument {
  readonly jsonSchema: JsonObjectSchema;

  /** By class: constraints of the schema that class-validator does not check. */
  readonly unchecked = new Map<unknown, UncheckedProperties>();

  /** By class: the properties on the wire. */
  readonly wire = new Map<unknown, WireProperties>();
  /** By class: the properties that a caller may send. */
  readonly known = new Map<DtoClass, KnownProperties>();

  private readonly names = new Map<DtoClass, string>();
  private readonly definitions: Record<string, Keywords> = {};
  private readonly referenced = new Set<string>();

  /** @throws McpSchemaError if a property cannot be expressed; the message says how to fix it */
  constructor(
    dto: DtoClass,
    private readonly where: string,
    private readonly direction: 'input' | 'output',
  ) {
    const root = this.define(dto);
    const referenced = Object.entries(this.definitions).filter(([name]) => this.referenced.has(name));
    const $defs = referenced.length > 0 ? { $defs: Object.fromEntries(referenced) } : {};
    this.jsonSchema = { ...this.definitions[root], type: 'object', ...$defs };
  }

  private define(dto: DtoClass): string {
    const known = this.names.get(dto);
    if (known !== undefined) return known;

    const name = this.uniqueName(dto.name || 'Object');
    this.names.set(dto, name);
    // Reserves the place, so that definitions keep the order in which their classes are found.
    this.definitions[name] = {};
    this.definitions[name] = this.describe(dto);
    return name;
  }

  /** Uses only characters that a `$ref` need not escape, and avoids members of `Object.prototype`. */
  private uniqueName(className: string): string {
    const plain = className.replaceAll(/[^\w.-]/g, '_');
    const name = plain in Object.prototype ? `Class${plain}` : plain;
    let candidate = name;
    for (let count = 2; Object.hasOwn(this.definitions, candidate); count++) candidate = `${name}${count}`;
    return candidate;
  }

  private describe(dto: DtoClass): Keywords {
    const byProperty = this.validatorsOf(dto);
    const hides = (property: string) => isHidden(dto, property, this.direction);
    const initial = initialValues(dto, this.where, [...byProperty.keys()], hides);
    const unchecked: UncheckedProperties = { required: [], nested: [] };
    const known = new Map<string, NestedClass | undefined>();
    const properties: Record<string, Keywords> = {};
    const required: string[] = [];
    const wire: WireProperty[] = [];

    for (const [property, metadata] of byProperty) {
      const validators = metadata.filter((validator) => !isKeywords(validator));
      const transformer = this.transformerOf(dto, property);
      if (hides(property)) continue;
      const accessor = accessorOf(dto, property);
      if (this.direction === 'input' && accessor && !accessor.set) continue;
      const { wireName: name } = transformer;
      const given = initial.get(property);
      properties[name] = {
        ...withApiProperty(
          this.schemaOf(dto, property, validators, transformer),
          dto,
          property,
          validators,
          this.direction,
        ),
        ...(given?.json === undefined ? {} : { default: given.json }),
        ...keywordsOf(metadata, this.direction),
      };
      const nested = nestedClass(dto, property, validators, transformer);
      wire.push({ ...transformer, property, name, nested, isMap: isMap(dto, property, transformer) });
      const container = containerOf(validators, designTypeOf(dto, property));
      // A transform of the application may accept anything.
      const isGiven = nested !== undefined && !transformer.hasTransform;
      known.set(name, isGiven ? { dto: nested, isMap: container === 'map' } : undefined);
      if (transformer.isReplaced) continue;
      if (!given && needsValue(validators)) {
        required.push(name);
        if (!demandsValue(validators)) unchecked.required.push({ property, name });
      }
      if (nested) {
        const isArray = container === 'array';
        const isShapeChecked = validators.some(({ name = '' }) => SHAPE_VALIDATORS.test(name));
        unchecked.nested.push({ property, name, isArray, isShapeChecked });
      }
    }

    this.unchecked.set(dto, unchecked);
    const hidesSome = wire.length < byProperty.size || hidesAny(dto, this.direction);
    this.wire.set(dto, new WireProperties(dto, wire, hidesSome, this.direction));
    this.known.set(dto, { nested: known, required });
    return {
      type: 'object',
      ...(Reflect.getOwnMetadata(SCHEMA_KEYWORDS_METADATA, dto) as Keywords | undefined),
      properties,
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
    };
  }

  /** The validators by property, inherited ones first. */
  private validatorsOf(dto: DtoClass): Map<string, ValidationMetadata[]> {
    const all = validationMetadataOf(dto);
    if (all.every(isKeywords)) {
      throw new McpSchemaError(
        this.where,
        `${dto.name || 'the class'} has no class-validator decorators. Decorate its properties, ` +
          `or pass a zod schema or a JSON Schema as "${this.direction}".`,
      );
    }
    const byProperty = new Map<string, ValidationMetadata[]>();
    const inherited = all.filter((validator) => validator.target !== dto);
    const own = all.filter((validator) => validator.target === dto);
    for (const validator of [...inherited, ...own]) {
      const known = byProperty.get(validator.propertyName);
      if (known) known.push(validator);
      else byProperty.set(validator.propertyName, [validator]);
    }
    for (const [property, validators] of byProperty)
      if (validators.every(isKeywords)) byProperty.delete(property);
    return byProperty;
  }

  private transformerOf(dto: DtoClass, property: string): TransformerMetadata {
    const metadata = this.readTransformer(dto, property);
    // class-transformer deletes the discriminator from the caller's own object.
    if (metadata.hasDiscriminator) {
      throw this.problem(
        dto,
        property,
        `has a @Type() with a discriminator. Pass a zod schema or a JSON Schema as`,
      );
    }
    return metadata;
  }

  private readTransformer(dto: DtoClass, property: string): TransformerMetadata {
    try {
      return transformerMetadata(dto, property, this.direction);
    } catch (error) {
      const problem = `has a @Type() that fails without a value (${String(error)}). Name one class in it, or pass a schema as`;
      throw this.problem(dto, property, problem);
    }
  }

  private schemaOf(
    dto: DtoClass,
    property: string,
    validators: ValidationMetadata[],
    transformer: TransformerMetadata,
  ): Keywords {
    if (transformer.isReplaced) return {};
    const { type, hasTransform } = transformer;
    const designType = designTypeOf(dto, property);
    const facts = { validators, designType, namedType: type, nested: undefined };
    if (isNested(validators)) {
      const element = nestedClass(dto, property, validators, transformer);
      if (!element) {
        throw this.problem(
          dto,
          property,
          `has @ValidateNested(). Add @Type(() => TheClass) to it, or pass a schema as`,
        );
      }
      return propertySchema({ ...facts, nested: this.nestedSchema(element) }, this.direction);
    }
    const isDate = validators.some((validator) => validator.name === 'isDate');
    if (isDate && this.direction === 'input' && type !== Date && !hasTransform) {
      throw this.problem(
        dto,
        property,
        `has @IsDate(), but JSON has no dates. Add @Type(() => Date), or pass a schema as`,
      );
    }
    return propertySchema(facts, this.direction);
  }

  /** A reference to the schema of a nested class, or the schema where clients look for headers in it. */
  private nestedSchema(dto: DtoClass): Keywords {
    const name = this.define(dto);
    const definition = this.definitions[name]!;
    if (mirrorsSome(definition)) return definition;
    this.referenced.add(name);
    return { $ref: `#/$defs/${name}` };
  }

  private problem(dto: DtoClass, property: string, problem: string): McpSchemaError {
    return new McpSchemaError(this.where, `${dto.name}.${property} ${problem} "${this.direction}".`);
  }
}

/** Whether a property of a class, or of a class that it contains, is mirrored in a header. */
function mirrorsSome(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties } = schema as Keywords;
  return MIRROR_KEYWORD in schema || Object.values({ ...(properties as object) }).some(mirrorsSome);
}

function isNested(validators: readonly ValidationMetadata[]): boolean {
  return validators.some((validator) => validator.type === 'nestedValidation');
}

/** The class that `@ValidateNested()` checks a property or its elements against; undefined if nothing names one. */
function nestedClass(
  dto: DtoClass,
  property: string,
  validators: readonly ValidationMetadata[],
  { type, hasType, hasTransform, isReplaced }: TransformerMetadata,
): DtoClass | undefined {
  if (!isNested(validators) || isReplaced) return undefined;
  const element = hasType || !hasTransform ? type : designTypeOf(dto, property);
  return typeof element === 'function' ? (element as DtoClass) : undefined;
}

/** class-transformer creates a Map only if `@Type()` names the class of its values. */
function isMap(dto: DtoClass, property: string, { hasType }: TransformerMetadata): boolean {
  return hasType && designTypeOf(dto, property) === Map;
}

function designTypeOf(dto: DtoClass, property: string): unknown {
  return Reflect.getMetadata('design:type', dto.prototype as object, property);
}
