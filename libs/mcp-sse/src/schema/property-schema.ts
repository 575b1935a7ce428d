import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { type Keywords, mergeKeywords } from './keywords.js';
import { VALIDATOR_KEYWORDS } from './validator-keywords.js';

/** The declarations of a DTO property that make up its schema. */
export interface PropertyFacts {
  readonly validators: readonly ValidationMetadata[];
  /** The type that TypeScript emitted (`design:type`). */
  readonly designType: unknown;
  /** The type of the property, or of its elements, that `@Type()` names. */
  readonly namedType: unknown;
  /** Schema of the class that `@ValidateNested()` checks the property or its elements against. */
  readonly nested: Keywords | undefined;
}

/** Validators that accept more than their format allows. Results get no such format, since clients check it. */
const LOOSE_FORMATS = new Set(['isEmail', 'isUrl', 'isFqdn', 'isDateString', 'isIso8601']);

/** Validators that accept a missing property. */
const ACCEPT_ABSENCE = new Set(['isEmpty', 'isNotIn', 'notEquals']);

/** Validators whose keywords depend on those of the others. */
const LAST = new Set(['isDefined', 'isNotEmpty']);

/**
 * Derives the JSON Schema of one property. An input schema describes what a caller should send; it may be narrower than
 * what the validators accept (no null for an optional property). An output schema allows everything that they accept.
 */
export function propertySchema(facts: PropertyFacts, direction: 'input' | 'output'): Keywords {
  if (direction === 'output' && facts.validators.some(isConditional)) return {};
  const container = containerOf(facts.validators, facts.designType);
  const elementType = facts.namedType ?? (container ? undefined : facts.designType);
  const ofElement = (validator: ValidationMetadata) => Boolean(validator.each) && container !== undefined;

  const element = schemaOf(facts.validators.filter(ofElement), elementType, facts.nested, direction);
  const rest = facts.validators.filter((validator) => !ofElement(validator));
  const schema = container
    ? containing(container, schemaOf(rest, undefined, undefined, direction), element)
    : schemaOf(rest, elementType, facts.nested, direction);

  const isOptional = facts.validators.some((validator) => validator.name === 'isOptional');
  return direction === 'output' && isOptional ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/** With `@ValidateIf()` or the option `validateIf`, only the value decides whether a validator applies. */
function isConditional(validator: ValidationMetadata): boolean {
  const hasCondition = validator.type === 'conditionalValidation' && validator.name !== 'isOptional';
  return hasCondition || validator.validateIf !== undefined;
}

function containing(container: 'array' | 'map', schema: Keywords, element: Keywords): Keywords {
  const keyword = container === 'array' ? 'items' : 'additionalProperties';
  const type = container === 'array' ? 'array' : 'object';
  const elements = mergeKeywords((schema[keyword] as Keywords | undefined) ?? {}, element);
  const merged = mergeKeywords({ type }, schema);
  return Object.keys(elements).length > 0 ? { ...merged, [keyword]: elements } : merged;
}

function schemaOf(
  validators: readonly ValidationMetadata[],
  type: unknown,
  nested: Keywords | undefined,
  direction: 'input' | 'output',
): Keywords {
  const apply = (schema: Keywords, { name = '', constraints }: ValidationMetadata): Keywords => {
    const keywords = { ...VALIDATOR_KEYWORDS.get(name)?.(constraints ?? [], schema) };
    if (direction === 'output' && LOOSE_FORMATS.has(name)) delete keywords.format;
    return mergeKeywords(schema, keywords);
  };
  const isLast = ({ name = '' }: ValidationMetadata) => LAST.has(name);
  let schema = validators.filter((validator) => !isLast(validator)).reduce(apply, nested ?? {});
  if (!nested && !('type' in schema) && !('enum' in schema))
    schema = mergeKeywords(typeKeywords(type), schema);
  return validators.filter(isLast).reduce(apply, schema);
}

function typeKeywords(type: unknown): Keywords {
  switch (type) {
    case String:
      return { type: 'string' };
    case Number:
      return { type: 'number' };
    case Boolean:
      return { type: 'boolean' };
    case Date:
      return { type: 'string', format: 'date-time' };
    // TypeScript emits these for unions and interfaces too.
    case Object:
    case Promise:
    case undefined:
      return {};
    default:
      return typeof type === 'function' && type !== BigInt && type !== Symbol ? { type: 'object' } : {};
  }
}

/** The kind of container whose elements are validated one by one; undefined for a single value. */
export function containerOf(
  validators: readonly ValidationMetadata[],
  designType: unknown,
): 'array' | 'map' | undefined {
  if (designType === Map) return 'map';
  const isArray = validators.some(
    ({ each, name = '' }) => each || name === 'isArray' || name.startsWith('array'),
  );
  return isArray || designType === Array || designType === Set ? 'array' : undefined;
}

/** Whether a property is required: it has validators other than `@Allow()`, and none makes it optional. */
export function needsValue(validators: readonly ValidationMetadata[]): boolean {
  const isOptional = validators.some(({ type }) => type === 'conditionalValidation');
  return (
    !isOptional &&
    validators.some((validator) => validator.type !== 'whitelistValidation' && !acceptsAbsence(validator))
  );
}

/** Whether class-validator itself refuses a missing property. `@ValidateNested()` alone does not. */
export function demandsValue(validators: readonly ValidationMetadata[]): boolean {
  return validators.some(
    (validator) => VALIDATOR_KEYWORDS.has(validator.name ?? '') && !acceptsAbsence(validator),
  );
}

function acceptsAbsence({ name = '', validateIf }: ValidationMetadata): boolean {
  return ACCEPT_ABSENCE.has(name) || validateIf !== undefined;
}
