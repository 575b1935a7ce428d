import type { JsonObjectSchema, JsonSchema } from '../model/schema-source.js';
import type { IssueList, SchemaIssue } from './schema-issues.js';

/** A class with class-validator decorators. */
export type DtoClass = new (...args: never[]) => object;

export type SchemaOutcome =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      /** The first few. */
      readonly issues: readonly SchemaIssue[];
      /** The number of issues beyond these; undefined if there are none. */
      readonly more?: number;
    };

/** A schema compiled at bootstrap: of arguments unless it says otherwise. */
export interface CompiledSchema<Document extends JsonSchema = JsonObjectSchema> {
  readonly jsonSchema: Document;

  /** The class that the schema comes from, if it is a DTO. */
  readonly dto?: DtoClass;

  /** For a DTO: finds properties that neither the class nor its nested classes declare. */
  findUnknown?(value: unknown): IssueList;

  /**
   * Validates a value and returns the schema's output. A DTO gives an instance of the class for arguments and a plain
   * object for a result; a Standard Schema gives the transformed value; a JSON Schema gives the value with its defaults.
   * Never throws and never changes its argument.
   */
  validate(value: unknown): SchemaOutcome | Promise<SchemaOutcome>;
}
