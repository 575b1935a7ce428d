import type { ValidationError } from 'class-validator';
import { arrayIndex } from './array-index.js';
import type { IssueList } from './issue-list.js';

/** Adds class-validator's tree of errors to a list of issues. */
export function addValidationIssues(
  errors: readonly ValidationError[],
  issues: IssueList,
  path: PropertyKey[] = [],
): void {
  for (const { property, constraints, children } of errors) {
    // class-validator names no property where it refuses a nested value as a whole.
    const isNamed = (property as string | undefined) !== undefined;
    if (isNamed) path.push(arrayIndex(property));
    for (const message of Object.values(constraints ?? {})) issues.add(path, message);
    if (children) addValidationIssues(children, issues, path);
    if (isNamed) path.pop();
  }
}
