import { plainToInstance } from 'class-transformer';
import { validate, type ValidatorOptions } from 'class-validator';
import type { CompiledSchema, SchemaIssue, SchemaOutcome } from './compiled-schema.js';
import type { DtoClass } from './dto-class.js';
import { DtoDocument } from './dto-document.js';
import { DtoWire } from './dto-wire.js';
import { findReservedProperties } from './reserved-properties.js';
import { findUncheckedIssues } from './unchecked-properties.js';
import { findUnknownProperties } from './unknown-properties.js';
import { validationIssues } from './validation-issues.js';

const STRICT: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  validationError: { target: false, value: false },
};

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
  const { jsonSchema, unchecked, wire: wireProperties } = new DtoDocument(dto, where, direction);
  const wire = new DtoWire(dto, wireProperties);
  const options = wire.differs ? STRICT_WITH_TARGET : STRICT;
  const isUnchecked = [...unchecked.values()].some(
    ({ required, nested }) => required.length > 0 || nested.some(({ isShapeChecked }) => !isShapeChecked),
  );
  const construct = dto as new () => object;
  const isInput = direction === 'input';
  const accepts = isInput ? isPlainObject : isObject;

  return {
    jsonSchema,
    dto,
    async validate(value: unknown): Promise<SchemaOutcome> {
      if (!accepts(value)) return refusal([{ path: '', message: 'must be an object' }]);
      const reserved = findReservedProperties(value);
      if (reserved.length > 0) return refusal(reserved);
      if (isInput && wire.isLossy) {
        const unknown = findUnknownProperties(jsonSchema, value);
        if (unknown.length > 0) return refusal(unknown);
        const dropped = wire.mapKeyIssues(value);
        if (dropped.length > 0) return refusal(dropped);
      }

      const result = isInput ? undefined : wire.resultOf(value);
      const instance = result?.instance ?? plainToInstance(construct, value);
      const errors = await validate(instance, options);
      const rest = isUnchecked ? findUncheckedIssues(unchecked, instance) : [];
      if (errors.length > 0 || rest.length > 0) {
        const issues = [...validationIssues(wire.named(errors)), ...rest];
        if (issues.length > 0) return refusal(issues);
      }
      return { ok: true, value: result ? wire.wireForm(result) : instance };
    },
  };
}

function refusal(issues: readonly SchemaIssue[]): SchemaOutcome {
  return { ok: false, issues };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainObject(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
