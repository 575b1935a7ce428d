import type { ErrorObject } from 'ajv';
import { arrayIndex } from './array-index.js';
import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';

/** Turns an error of Ajv into an issue. */
export function ajvIssue({ instancePath, params, message = 'is not valid' }: ErrorObject): SchemaIssue {
  const segments = instancePath
    .split('/')
    .slice(1)
    .map((segment) => arrayIndex(segment.replaceAll('~1', '/').replaceAll('~0', '~')));
  const { missingProperty, additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = params;
  const property: unknown = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  const allowed: unknown = allowedValues ?? (allowedValue === undefined ? undefined : [allowedValue]);
  return {
    path: formatPath(property === undefined ? segments : [...segments, String(property)]),
    message: allowed === undefined ? message : `${message}: ${JSON.stringify(allowed)}`,
  };
}
