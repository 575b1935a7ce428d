import type { ErrorObject } from 'ajv';
import type { ValidationError } from 'class-validator';
import { clip, MAX_TOLD, MAX_TOLD_LENGTH, tellFew } from '../model/clip.js';

const MAX_PATH_LENGTH = 200;

/** One problem of a value. */
export interface SchemaIssue {
  /** Path of the field, such as `lines[0].price`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** The problems of a value: the first few, and how many more there are. */
export class IssueList {
  private readonly list: SchemaIssue[] = [];
  count = 0;

  /**
   * Lists the errors that a library has found.
   *
   * @param toIssue called for the first few only
   */
  static of<T>(found: readonly T[], toIssue: (one: T) => SchemaIssue): IssueList {
    const issues = new IssueList();
    for (const one of found.slice(0, MAX_TOLD)) issues.list.push(clipped(toIssue(one)));
    issues.count = found.length;
    return issues;
  }

  get issues(): readonly SchemaIssue[] {
    return this.list;
  }

  /** The number of issues beyond `issues`; undefined if there are none. */
  get more(): number | undefined {
    return this.count > this.list.length ? this.count - this.list.length : undefined;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Adds an issue of the member `name` of the value at `path`. Cheap once the list is full. */
  addAt(path: readonly PropertyKey[], name: string, message: string): void {
    if (this.list.length < MAX_TOLD) this.add([...path, name], message);
    else this.count++;
  }

  add(path: readonly PropertyKey[], message: string): void {
    this.count++;
    if (this.list.length < MAX_TOLD) this.list.push(clipped({ path: formatPath(path), message }));
  }
}

function clipped({ path, message }: SchemaIssue): SchemaIssue {
  return { path: clip(path, MAX_PATH_LENGTH), message: clip(message, MAX_TOLD_LENGTH) };
}

interface Issues {
  readonly issues: readonly SchemaIssue[];
  readonly more?: number;
}

/** Describes the issues in one sentence. */
export function describeIssues({ issues, more }: Issues): string {
  return tellFew(issues, ({ path, message }) => (path === '' ? message : `${path}: ${message}`), more);
}

/** Formats a path: `['lines', 0, 'price']` becomes `lines[0].price`. */
export function formatPath(segments: readonly PropertyKey[]): string {
  let path = '';
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else path += path ? `.${String(segment)}` : String(segment);
  }
  return path;
}

/** Converts an Ajv error. */
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

/** Adds class-validator's tree of errors to the list. */
export function addValidationIssues(
  errors: readonly ValidationError[],
  issues: IssueList,
  path: PropertyKey[] = [],
): void {
  for (const { property, constraints, children } of errors) {
    // class-validator names no property when it refuses a nested value as a whole.
    const isNamed = (property as string | undefined) !== undefined;
    if (isNamed) path.push(arrayIndex(property));
    for (const message of Object.values(constraints ?? {})) issues.add(path, message);
    if (children) addValidationIssues(children, issues, path);
    if (isNamed) path.pop();
  }
}

/** Ajv and class-validator write array indexes as text. */
function arrayIndex(segment: string): string | number {
  return /^\d+$/.test(segment) ? Number(segment) : segment;
}
