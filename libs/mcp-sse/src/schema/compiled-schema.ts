import type { JsonObjectSchema } from '../model/schema-source.js';
import type { IssueList } from './issue-list.js';

/** What is wrong with one field. */
export interface SchemaIssue {
  /** Path of the field, such as `lines[0].price`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

export type SchemaOutcome =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      /** The first few. */
      readonly issues: readonly SchemaIssue[];
      /** How many issues there are besides these, where there are. */
      readonly more?: number;
    };

/** A schema that was made ready at bootstrap. */
export interface CompiledSchema {
  readonly jsonSchema: JsonObjectSchema;

  /** The class, when the schema comes from one with class-validator decorators. */
  readonly dto?: new (...args: never[]) => object;

  /** Of a class: finds the properties that neither it nor the classes within it have. */
  findUnknown?(value: unknown): IssueList;

  /**
   * Checks a value. What comes back is the schema's own output: of a DTO an instance of the class for arguments, its
   * plain form for a result; of a Standard Schema the transformed value; of a JSON Schema the value with defaults.
   * Never throws and never changes its argument.
   */
  validate(value: unknown): SchemaOutcome | Promise<SchemaOutcome>;
}
