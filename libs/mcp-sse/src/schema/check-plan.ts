import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import type { DtoClass } from './compiled-schema.js';
import { isKeywords } from './property-keywords.js';
import type { UncheckedProperties } from './unchecked-properties.js';
import { constraintsOf, validationMetadataOf } from './validation-metadata.js';
import { VALIDATOR_KEYWORDS } from './validator-keywords.js';

type Members = Record<string, unknown>;

/** A validator on a property. */
interface Check {
  readonly validator: ValidatorConstraintInterface;
  readonly constraints: unknown[];
  readonly each: boolean;
}

interface CheckedProperty {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly isOptional: boolean;
  /** Whether it must have a value although no validator says so. */
  readonly isRequired: boolean;
  readonly nested: 'object' | 'array' | undefined;
}

/**
 * Tells whether class-validator would certainly find nothing in an instance. It calls the same validators, but reads the
 * metadata once instead of in each call, and prepares no errors.
 *
 * It serves classes with class-validator's own validators only: after its "no", class-validator runs too, and code of the
 * application must not run twice.
 */
export class CheckPlan {
  private readonly names: ReadonlySet<string>;

  /** @returns undefined if the class, or one of its nested classes, needs class-validator */
  static of(dto: DtoClass, unchecked: ReadonlyMap<unknown, UncheckedProperties>): CheckPlan | undefined {
    const plans = new Map<unknown, CheckPlan>();
    for (const [type, known] of unchecked) {
      const properties = checkedProperties(type as DtoClass, known);
      if (!properties) return undefined;
      plans.set(type, new CheckPlan(type as DtoClass, properties, plans));
    }
    return plans.get(dto);
  }

  private constructor(
    private readonly dto: DtoClass,
    private readonly properties: readonly CheckedProperty[],
    private readonly plans: ReadonlyMap<unknown, CheckPlan>,
  ) {
    this.names = new Set(properties.map(({ name }) => name));
  }

  /** @returns false if class-validator must decide */
  accepts(instance: unknown): boolean {
    return (
      instance instanceof Object && this.plans.get(instance.constructor)?.acceptsMembers(instance) === true
    );
  }

  private acceptsMembers(instance: object): boolean {
    for (const name of Object.keys(instance)) if (!this.names.has(name)) return false;
    for (const property of this.properties)
      if (!this.acceptsValue(instance, property, (instance as Members)[property.name])) return false;
    return true;
  }

  private acceptsValue(object: object, property: CheckedProperty, value: unknown): boolean {
    if (property.isOptional && (value === undefined || value === null)) return true;
    for (const { validator, constraints, each } of property.checks) {
      const args = { targetName: this.dto.name, property: property.name, object, value, constraints };
      if (!(each ? passesEach(validator, args) : validator.validate(value, args) === true)) return false;
    }
    if (value === undefined) return !property.isRequired;
    if (property.nested === 'object') return this.accepts(value);
    return property.nested === undefined || (Array.isArray(value) && value.every(this.accepts, this));
  }
}

function passesEach(validator: ValidatorConstraintInterface, args: ValidationArguments): boolean {
  const value: unknown = args.value;
  if (!Array.isArray(value)) return !(value instanceof Object) && validator.validate(value, args) === true;
  for (const element of value) if (validator.validate(element, args) !== true) return false;
  return true;
}

/** @returns undefined if a property needs class-validator */
function checkedProperties(
  dto: DtoClass,
  { required, nested }: UncheckedProperties,
): CheckedProperty[] | undefined {
  const byProperty = new Map<string, ValidationMetadata[]>();
  for (const metadata of validationMetadataOf(dto)) {
    const known = byProperty.get(metadata.propertyName);
    if (known) known.push(metadata);
    else byProperty.set(metadata.propertyName, [metadata]);
  }
  const properties: CheckedProperty[] = [];
  for (const [name, metadata] of byProperty) {
    const isNested = metadata.some(({ type }) => type === 'nestedValidation');
    const shape = nested.find(({ property }) => property === name);
    if (name in Object.prototype || !metadata.every(isKnown) || isNested !== Boolean(shape)) return undefined;
    properties.push({
      name,
      checks: metadata.flatMap(checksOf),
      isOptional: metadata.some(({ type }) => type === 'conditionalValidation'),
      isRequired: required.some(({ property }) => property === name),
      nested: shape && (shape.isArray ? 'array' : 'object'),
    });
  }
  return properties;
}

/** Whether metadata runs no code of the application, and gives the same answer however often it runs. */
function isKnown(metadata: ValidationMetadata): boolean {
  const { type, name = '', constraintCls, constraints, validateIf } = metadata;
  switch (type) {
    case 'customValidation':
    case 'isDefined':
      return VALIDATOR_KEYWORDS.has(name) && !validateIf && !isSticky(constraints?.[0]);
    case 'conditionalValidation':
      return name === 'isOptional';
    case 'nestedValidation':
    case 'whitelistValidation':
      return (constraintCls as unknown) === undefined;
    default:
      return isKeywords(metadata);
  }
}

/** A sticky expression remembers where it matched last. */
function isSticky(pattern: unknown): boolean {
  return pattern instanceof RegExp && pattern.sticky;
}

function checksOf({ constraintCls, constraints, each }: ValidationMetadata): Check[] {
  return constraintsOf(constraintCls).map(({ instance }) => ({ validator: instance, constraints, each }));
}
