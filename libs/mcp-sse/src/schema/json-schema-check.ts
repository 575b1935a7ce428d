import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { countMembers } from '../model/count-members.js';
import { ajvIssue, IssueList } from './schema-issues.js';

/** How many errors Ajv may collect for one value; each takes over 100 bytes. */
const MAX_ERRORS = 250_000;

/** Checks values against a JSON Schema. */
export class JsonSchemaCheck {
  private readonly isValid: ValidateFunction;
  private readonly maxMembers: number;
  private findAll?: ValidateFunction;

  /**
   * @param engine returns the Ajv instance that stops at the first error, or the one that finds all
   * @throws {Error} if the schema is invalid
   */
  constructor(
    private readonly schema: object,
    private readonly engine: (allErrors: boolean) => Ajv,
  ) {
    this.isValid = engine(false).compile(schema);
    // Each member of a value may fail every keyword of the schema.
    this.maxMembers = MAX_ERRORS / countMembers(schema, MAX_ERRORS);
  }

  /** @returns undefined for a valid value */
  issuesOf(value: unknown): IssueList | undefined {
    if (this.isValid(value)) return undefined;
    const first = this.isValid.errors!;
    if (countMembers(value, this.maxMembers) > this.maxMembers) return firstOf(first);
    this.findAll ??= this.engine(true).compile(this.schema);
    this.findAll(value);
    return IssueList.of(this.findAll.errors ?? first, ajvIssue);
  }
}

function firstOf(errors: readonly ErrorObject[]): IssueList {
  const issues = IssueList.of(errors.slice(0, 1), ajvIssue);
  issues.add([], 'is too large to look for more errors');
  return issues;
}
