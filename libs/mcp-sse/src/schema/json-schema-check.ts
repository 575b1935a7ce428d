import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { countMembers } from '../model/count-members.js';
import { ajvIssue } from './ajv-issue.js';
import { IssueList } from './issue-list.js';

/** Of errors that Ajv may collect of one value: each takes over a hundred bytes. */
const MAX_ERRORS = 250_000;

/** A JSON Schema that values are checked against. */
export class JsonSchemaCheck {
  private readonly isValid: ValidateFunction;
  private readonly maxMembers: number;
  private findAll?: ValidateFunction;

  /**
   * @param engine makes, or has, the engine that stops at the first error, or the one that goes on
   * @throws {Error} the schema is invalid
   */
  constructor(
    private readonly schema: object,
    private readonly engine: (allErrors: boolean) => Ajv,
  ) {
    this.isValid = engine(false).compile(schema);
    // Each member of a value may fail each keyword.
    this.maxMembers = MAX_ERRORS / countMembers(schema, MAX_ERRORS);
  }

  /** What is wrong with a value; undefined where nothing is. */
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
  issues.add([], 'there is too much of it to look for more');
  return issues;
}
