/** A text that the members of a tenant share. */
export interface Document {
  readonly id: string;
  /** 1 for a new one, one more with each edit. */
  readonly version: number;
  readonly text: string;
  /** Subject of the principal that made this version. */
  readonly editedBy: string;
  /** ISO 8601. */
  readonly editedAt: string;
}
