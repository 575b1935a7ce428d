import type { ValidationError } from 'class-validator';
import { arrayIndex } from './array-index.js';
import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';

/** Turns class-validator's tree of errors into a list of issues. */
export function validationIssues(
  errors: readonly ValidationError[],
  path: readonly PropertyKey[] = [],
): SchemaIssue[] {
  return errors.flatMap(({ property, constraints, children }) => {
    // class-validator names no property where it refuses a nested value as a whole.
    const segments = (property as string | undefined) === undefined ? path : [...path, arrayIndex(property)];
    const own = Object.values(constraints ?? {}).map((message) => ({ path: formatPath(segments), message }));
    return [...own, ...validationIssues(children ?? [], segments)];
  });
}
