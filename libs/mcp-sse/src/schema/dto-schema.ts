import { plainToInstance } from 'class-transformer';
import { validate, type ValidatorOptions } from 'class-validator';
import type { CompiledSchema, SchemaOutcome } from './compiled-schema.js';
import type { DtoClass } from './dto-class.js';
import { DtoDocument } from './dto-document.js';
import { DtoWire } from './dto-wire.js';
import type { IssueList } from './issue-list.js';
import { addUncheckedIssues } from './unchecked-properties.js';
import { findUnknownProperties, type KnownProperties } from './unknown-properties.js';
import { addValidationIssues } from './validation-issues.js';

const STRICT: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  validationError: { target: false, value: false },
};

const NO_CLASSES: ReadonlyMap<DtoClass, KnownProperties> = new Map();

/** With the class that an error is of, for the names on the wire. */
const STRICT_WITH_TARGET: ValidatorOptions = { ...STRICT, validationError: { target: true, value: false } };

/**
 * Makes a class with class-validator decorators a schema.
 *
 * The types of nested classes come from class-transformer's `@Type()`, descriptions from `@McpSchema()`. A
 * property is required unless it has `@IsOptional()`, `@ValidateIf()`, an initialiser or `@Allow()` alone.
 * Validation refuses properties without a decorator and converts nothing that `@Type()` does not name.
 *
 * @throws McpSchemaError the class cannot be expressed as JSON Schema
 */
export function compileDtoSchema(
  dto: DtoClass,
  where: string,
  direction: 'input' | 'output',
): CompiledSchema {
  const { jsonSchema, unchecked, wire: wireProperties, known } = new DtoDocument(dto, where, direction);
  const wire = new DtoWire(dto, wireProperties);
  const options = wire.differs ? STRICT_WITH_TARGET : STRICT;
  const isUnchecked = [...unchecked.values()].some(
    ({ required, nested }) => required.length > 0 || nested.some(({ isShapeChecked }) => !isShapeChecked),
  );
  const construct = dto as new () => object;
  const isInput = direction === 'input';
  const accepts = isInput ? isPlainObject : isObject;
  // A result may have the names of the class too, and class-validator refuses what it does not know.
  const findUnknown = (value: unknown) => findUnknownProperties(isInput ? known : NO_CLASSES, dto, value);

  return {
    jsonSchema,
    dto,
    findUnknown,
    async validate(value: unknown): Promise<SchemaOutcome> {
      if (!accepts(value)) return { ok: false, issues: [{ path: '', message: 'must be an object' }] };
      // Before anything is made of them: class-transformer takes quadratic time for the names of an object.
      const issues = findUnknown(value);
      if (isInput && wire.isLossy) wire.addMapKeyIssues(value, issues);
      if (!issues.isEmpty) return refusal(issues);

      const result = isInput ? undefined : wire.resultOf(value);
      const instance = result?.instance ?? plainToInstance(construct, value);
      addValidationIssues(wire.named(await validate(instance, options)), issues);
      if (isUnchecked) addUncheckedIssues(unchecked, instance, issues);
      if (!issues.isEmpty) return refusal(issues);
      return { ok: true, value: result ? wire.wireForm(result) : instance };
    },
  };
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
