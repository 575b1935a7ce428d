import { tellFew } from '../model/clip.js';
import type { SchemaIssue } from './compiled-schema.js';

interface Issues {
  readonly issues: readonly SchemaIssue[];
  readonly more?: number;
}

/** One sentence of what is wrong. */
export function describeIssues({ issues, more }: Issues): string {
  return tellFew(issues, ({ path, message }) => (path === '' ? message : `${path}: ${message}`), more);
}
