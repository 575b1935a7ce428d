import type { ValidatorOptions } from 'class-validator';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import { classTransformer, classValidator } from './class-packages.js';
import { CheckPlan } from './check-plan.js';
import type { CompiledSchema, DtoClass, SchemaOutcome } from './compiled-schema.js';
import { DtoDocument } from './dto-document.js';
import { type DtoResult, DtoWire } from './dto-wire.js';
import { InstancePlan } from './instance-plan.js';
import { addValidationIssues, IssueList } from './schema-issues.js';
import { addUncheckedIssues } from './unchecked-properties.js';
import { findUnknownProperties, type KnownProperties } from './unknown-properties.js';
import { hasValidators } from './validation-metadata.js';

const STRICT: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  validationError: { target: false, value: false },
};

const NO_CLASSES: ReadonlyMap<DtoClass, KnownProperties> = new Map();

/** Keeps the class of each error, to translate its property to the name on the wire. */
const STRICT_WITH_TARGET: ValidatorOptions = { ...STRICT, validationError: { target: true, value: false } };

/**
 * Compiles a class with class-validator decorators.
 *
 * Nested classes come from class-transformer's `@Type()`, descriptions from `@McpSchema()`. A property is required unless
 * it has `@IsOptional()`, `@ValidateIf()`, an initialiser, or `@Allow()` alone. Validation refuses properties without a
 * decorator, and converts values only where `@Type()` says so.
 *
 * @throws McpSchemaError if the class cannot be expressed as JSON Schema
 */
export function compileDtoSchema(
  dto: DtoClass,
  where: string,
  direction: 'input' | 'output',
): CompiledSchema {
  const { validate, plainToInstance } = packagesFor(dto, where, direction);
  const { jsonSchema, unchecked, wire: wireProperties, known } = new DtoDocument(dto, where, direction);
  const wire = new DtoWire(dto, wireProperties);
  const options = wire.differs ? STRICT_WITH_TARGET : STRICT;
  const isUnchecked = [...unchecked.values()].some(
    ({ required, nested }) => required.length > 0 || nested.some(({ isShapeChecked }) => !isShapeChecked),
  );
  const construct = dto as new () => object;
  const isInput = direction === 'input';
  const accepts = isInput ? isPlainObject : isObject;
  // A result may use the property names of the class too; class-validator refuses unknown ones there.
  const findUnknown = (value: unknown) => findUnknownProperties(isInput ? known : NO_CLASSES, dto, value);

  // Made at the first use: modules may add metadata while the application boots.
  let plans: DtoPlans | undefined;
  const makePlans = (): DtoPlans => ({
    instances: isInput ? InstancePlan.of(dto, wireProperties) : undefined,
    check: CheckPlan.of(dto, unchecked),
  });
  const accepted = (instance: object, result: DtoResult | undefined): SchemaOutcome => ({
    ok: true,
    value: result ? wire.wireForm(result) : instance,
  });

  async function validateInstance(instance: object, result: DtoResult | undefined): Promise<SchemaOutcome> {
    const issues = new IssueList();
    addValidationIssues(wire.named(await validate(instance, options)), issues);
    if (isUnchecked) addUncheckedIssues(unchecked, instance, issues);
    return issues.isEmpty ? accepted(instance, result) : refusal(issues);
  }

  return {
    jsonSchema,
    dto,
    findUnknown,
    validate(value: unknown): SchemaOutcome | Promise<SchemaOutcome> {
      if (!accepts(value)) return { ok: false, issues: [{ path: '', message: 'must be an object' }] };
      // Before an instance is made: plainToInstance takes quadratic time in the number of an object's properties.
      const issues = findUnknown(value);
      if (isInput && wire.isLossy) wire.addMapKeyIssues(value, issues);
      if (!issues.isEmpty) return refusal(issues);
      const { instances, check } = (plans ??= makePlans());
      const result = isInput ? undefined : wire.resultOf(value);
      const instance = result?.instance ?? instances?.create(value) ?? plainToInstance(construct, value);
      return check?.accepts(instance) ? accepted(instance, result) : validateInstance(instance, result);
    },
  };
}

/** What class-transformer and class-validator certainly do for a class; undefined where only they know. */
interface DtoPlans {
  readonly instances: InstancePlan | undefined;
  readonly check: CheckPlan | undefined;
}

/**
 * The functions of the packages that a class needs.
 *
 * @throws {McpConfigurationError} if a package is missing
 */
function packagesFor(dto: DtoClass, where: string, direction: 'input' | 'output') {
  const name = dto.name || 'the class';
  if (!hasValidators())
    throw new McpSchemaError(
      where,
      `${name} has no class-validator decorators. Decorate its properties (npm install class-validator ` +
        `class-transformer), or pass a zod schema or a JSON Schema as "${direction}".`,
    );
  const user = `${where}: ${name}`;
  const { validate } = classValidator.for(user);
  const { plainToInstance } = classTransformer.for(user);
  return { validate, plainToInstance };
}

function refusal({ issues, more }: IssueList): SchemaOutcome {
  return { ok: false, issues, more };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainObject(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
