import type { SchemaIssue } from './compiled-schema.js';

/** One sentence of all that is wrong. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
