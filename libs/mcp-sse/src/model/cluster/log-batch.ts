import type { LogEntry } from './log-entry.js';
import type { RecordField } from './record-fields.js';

/** What changes together. To write the same twice is as good as once: an answer of the store may have been lost. */
export interface LogBatch {
  /** What has changed of the session's record; all of it when the session is new to the store. */
  readonly record?: readonly RecordField[];
  /** Whether the session is to be there afterwards even if it was not before. */
  readonly creates?: boolean;
  /** Requests that wait for an answer from now on, as JSON of their ids, and the stream of their answer. */
  readonly accepted: readonly (readonly [request: string, stream: number])[];
  /** Requests that wait no more. */
  readonly completed: readonly string[];
  readonly entries: readonly LogEntry[];
  /** What came up to this position is not known any more, and forgotten with it whatever the log has. */
  readonly floor?: number;
}
