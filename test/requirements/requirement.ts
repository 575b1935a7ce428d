/** A statement of the specification that concerns a server. It has one of `test`, `notApplicable` and `shortfall`. */
export interface Requirement {
  /** Unique: `transports/http/origin`. */
  readonly id: string;
  readonly revision: '2024-11-05' | '2025-11-25';
  /** Below the revision's address: `basic/transports`. */
  readonly page: string;
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT';
  /** In our words. Under a NOT: what is not to be done. */
  readonly text: string;
  /** The test that pins it: its file, and the literal first argument of its `it`. */
  readonly test?: { readonly file: string; readonly name: string };
  /** Why it is not the library's to meet. */
  readonly notApplicable?: string;
  /** What the library lacks to meet it. */
  readonly shortfall?: string;
}
