import type { LogEntry } from '../model/cluster/session-log.js';

/** Writes the events of one session where other nodes find them, in the order of the calls. */
export interface EventJournal {
  /** Position of the newest event. */
  readonly last: number;

  /** Position of the next event. */
  next(): number;

  /**
   * @param completes the request that the event answers, as JSON of its id
   * @param deliver called once the event is kept, unless another node owns the session by then
   * @returns false when the backlog exceeds the limit
   */
  append(entry: LogEntry, completes: string | undefined, deliver: () => boolean): boolean;

  /** Notes requests, as JSON of their ids, whose answers go to a stream, even if this node dies. */
  accept(requests: readonly string[], stream: number): void;

  /** @param run called once all that came before is kept, with false if another node owns the session by then */
  after(run: (isKept: boolean) => void): void;
}
