import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Observable } from 'rxjs';
import type { LogEntry } from '../model/cluster/session-log.js';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { Sink } from '../streaming/sink.js';
import type { StreamItem } from '../streaming/stream-event.js';
import type { SessionOutlet } from './session-outlet.js';

/** A client that reads a stream through another node. */
export interface RemoteReading {
  readonly sink: Sink;
  readonly onDetach: () => void;
  /** Whether the client understands priming events. */
  readonly primes: boolean;
}

/** The answers to requests, or the stream that they come on, after a position. */
export type RelayedAnswers =
  { readonly answers: readonly string[] } | { readonly stream: number; readonly after: number };

export interface HoldOptions {
  /** Whether the client understands priming events. */
  readonly primes: boolean;
  readonly holdMs: number;
  readonly memory: MemoryAccount;
}

/** The outlet of a session whose client may be connected to any node of a cluster. */
export interface SharedOutlet extends SessionOutlet {
  /**
   * Attaches a client of another node, which reads the events from the cluster's log.
   *
   * @returns undefined when there is no such stream; `from` is the position of the first event that waits for it
   */
  read(
    stream: number,
    reading: RemoteReading,
  ): { readonly from?: number; readonly items$: Observable<StreamItem> } | undefined;

  /** Whether a client reads the stream. */
  isRead(stream: number): boolean;

  /** Whether nothing more is added to the stream. */
  isFinished(stream: number): boolean;

  /**
   * Expects requests that came to another node, which answers them itself if the answers are quick. Undefined if all
   * answers go to a stream.
   *
   * @param options.holdMs how long to wait for the answers before a stream is opened
   * @param options.memory account of the session
   * @throws {SessionMovedError} when the session gets another owner first
   * @throws {SessionClosedError} when the answers are dropped
   */
  hold?(ids: readonly RequestId[], options: HoldOptions): Promise<RelayedAnswers>;

  /** Restores the events and streams that the last owner left. */
  restore(session: AdoptedSession): void;

  /** Events that wait or are kept for a replay, in order. */
  readonly kept: readonly LogEntry[];
}
