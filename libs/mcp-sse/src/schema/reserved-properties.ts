import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';

/**
 * Reports properties named as members of every object, such as `__proto__` and `constructor`. class-transformer
 * leaves out some of them without a word and fails on others.
 */
export function findReservedProperties(value: object, path: PropertyKey[] = []): SchemaIssue[] {
  let issues: SchemaIssue[] | undefined;
  const visit = (key: PropertyKey, child: unknown) => {
    if (typeof child !== 'object' || child === null) return;
    path.push(key);
    const found = findReservedProperties(child, path);
    path.pop();
    if (found.length > 0) issues = issues ? [...issues, ...found] : found;
  };

  if (Array.isArray(value)) {
    value.forEach((child, index) => visit(index, child));
    return issues ?? NONE;
  }
  for (const key of Object.keys(value)) {
    if (key in Object.prototype) {
      const issue = { path: formatPath([...path, key]), message: `property ${key} should not exist` };
      (issues ??= []).push(issue);
    } else visit(key, (value as Record<string, unknown>)[key]);
  }
  return issues ?? NONE;
}

const NONE: SchemaIssue[] = [];
