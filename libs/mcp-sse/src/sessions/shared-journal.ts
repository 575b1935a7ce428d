import type { EventJournal } from '../streaming/event-journal.js';

/**
 * The outcome of a write. `kept`: the cluster has it. `unkept`: the cluster cannot be reached, but the session is
 * certainly still this node's, which goes on without it. `unsure`: the session may be another node's. `fenced`: it is
 * another node's.
 */
export type Keeping = 'kept' | 'unkept' | 'unsure' | 'fenced';

/** Writes one session to what the nodes share, so that another node can go on with it. */
export interface SharedJournal extends EventJournal {
  /** Whether the session is certainly this node's. */
  readonly isSure: boolean;

  /** Whether it probably takes the next write: it took the last one. */
  readonly isHealthy: boolean;

  /**
   * Asks whether the session is still this node's.
   *
   * @throws {ClusterUnavailableError} when nobody can tell
   */
  isOwned(): Promise<boolean>;

  /**
   * Writes requests, as JSON of their ids, whose answers go to a stream. Resolves when that is done or has failed.
   *
   * @param isPatient whether they may be written with what comes next: not at all if that is their answer
   */
  keep(requests: readonly string[], stream: number, isPatient?: boolean): Promise<Keeping>;

  /** Marks a request, as JSON of its id, that gets no answer. */
  complete(request: string): void;

  /** Writes what has changed of the session's record. */
  save(): void;

  /** Deletes the session, after all earlier writes. */
  remove(): Promise<void>;
}

/** A session that this node no longer answers for. */
export interface DisownedSession {
  /** Lets any node adopt it, after all earlier writes, and sends the clients of other nodes there. */
  release(): Promise<void>;
}
