import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { containerOf } from './container-of.js';
import type { Keywords } from './keywords.js';
import { mergeKeywords } from './merge-keywords.js';
import { VALIDATOR_KEYWORDS } from './validator-keywords.js';

/** What is known of a property of a DTO. */
export interface PropertyFacts {
  readonly validators: readonly ValidationMetadata[];
  /** Its type as TypeScript emitted it (`design:type`). */
  readonly designType: unknown;
  /** The type of it, or of its elements, as `@Type()` names it. */
  readonly namedType: unknown;
  /** Schema of the class that `@ValidateNested()` validates it, or its elements, against. */
  readonly nested: Keywords | undefined;
}

/** Formats that say more than their validator checks. Clients check what a server sends against its schema. */
const LOOSE_FORMATS = new Set(['isEmail', 'isUrl', 'isFqdn', 'isDateString', 'isIso8601']);

/** Validators that depend on what the others say. */
const LAST = new Set(['isDefined', 'isNotEmpty']);

/**
 * Makes the JSON Schema of one property. The schema of an input is what a caller should send, which may be
 * narrower than what is accepted (no null for an optional property); the schema of an output allows all that
 * passes the validators.
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

/** `@ValidateIf()` and the option `validateIf`: whether a validator applies is known at run time only. */
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
    // What TypeScript emits for unions and interfaces too, so it tells nothing.
    case Object:
    case Promise:
    case undefined:
      return {};
    default:
      return typeof type === 'function' && type !== BigInt && type !== Symbol ? { type: 'object' } : {};
  }
}
