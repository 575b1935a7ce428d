/** A requirement of the specification for servers. It has exactly one of `test`, `notApplicable` and `shortfall`. */
export interface Requirement {
  /** Unique: `transports/http/origin`. */
  readonly id: string;
  readonly revision: '2024-11-05' | '2025-11-25' | '2026-07-28';
  /** Page of the specification, relative to the revision's URL: `basic/transports`. */
  readonly page: string;
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT';
  /** The requirement in our words. With a NOT, the forbidden behaviour. */
  readonly text: string;
  /** The test that pins it: its file, and the literal first argument of its `it`. */
  readonly test?: { readonly file: string; readonly name: string };
  /** Why the library need not meet it. */
  readonly notApplicable?: string;
  /** Why the library does not meet it. */
  readonly shortfall?: string;
}
