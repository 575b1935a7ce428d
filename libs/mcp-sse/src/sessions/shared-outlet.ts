import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Observable } from 'rxjs';
import type { LogEntry } from '../model/cluster/log-entry.js';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { Sink } from '../streaming/sink.js';
import type { StreamItem } from '../streaming/stream-event.js';
import type { SessionOutlet } from './session-outlet.js';

/** How a client that is connected to another node reads a stream. */
export interface RemoteReading {
  readonly sink: Sink;
  readonly onDetach: () => void;
  /** Whether the client knows events that are there for their id. */
  readonly primes: boolean;
}

/** The way out of a session whose client may be connected to any node of a cluster. */
export interface SharedOutlet extends SessionOutlet {
  /**
   * A stream as the client of another node reads it, who gets what it carries from the log.
   *
   * @returns undefined when there is no such stream; `from` is the position of the first event that waits for it
   */
  read(
    stream: number,
    reading: RemoteReading,
  ): { readonly from?: number; readonly items$: Observable<StreamItem> } | undefined;

  /** Whether a client reads a stream. */
  isRead(stream: number): boolean;

  /** Whether nothing is added to a stream any more. */
  isFinished(stream: number): boolean;

  /**
   * Requests that came to another node are to be answered here.
   *
   * @returns the stream of their answers
   */
  relay(ids: readonly RequestId[], primes: boolean): number;

  /** They are not taken after all. */
  unrelay(ids: readonly RequestId[]): void;

  /** An event on a stream that is there for its id. */
  prime(stream: number): void;

  /** Goes on from what another node has left. */
  restore(session: AdoptedSession): void;

  /** The events that are here, in order. */
  readonly kept: readonly LogEntry[];
}
