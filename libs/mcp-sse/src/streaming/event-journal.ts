import type { LogEntry } from '../model/cluster/log-entry.js';

/** Keeps what a session promises where other nodes find it. Everything is kept in the order of the calls. */
export interface EventJournal {
  /** Position of the next event. */
  next(): number;

  /**
   * @param completes the request that the event answers, as JSON of its id
   * @param deliver called once the event is kept, but not if another node has the session by then
   * @returns false when so much waits to be kept that the session has lost its sense
   */
  append(entry: LogEntry, completes: string | undefined, deliver: () => boolean): boolean;

  /** Requests, as JSON of their ids, are answered on a stream from now on, whatever happens to this node. */
  accept(requests: readonly string[], stream: number): void;

  /** @param run called once all that came before is kept, or cannot be because another node has the session */
  after(run: (isKept: boolean) => void): void;
}
