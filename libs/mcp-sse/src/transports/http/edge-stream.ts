import type { Observable } from 'rxjs';
import type { RemoteSession } from '../../cluster/remote-session.js';
import type { StreamTail } from '../../cluster/stream-tail.js';
import type { MemoryAccount } from '../../streaming/memory-account.js';
import type { MemoryBudget } from '../../streaming/memory-budget.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { StreamEvent, StreamItem } from '../../streaming/stream-event.js';
import { edgeAccount } from './edge-account.js';
import { ResponseSink } from './response-sink.js';
import { rawResponse } from './raw-response.js';

/** A stream of a session that another node has, as it is written to the client of this one. */
export class EdgeStream {
  private readonly stream: OutgoingStream;
  private readonly account: MemoryAccount;

  /** @param session whose stream the tail is */
  constructor(
    private readonly session: RemoteSession,
    private readonly tail: StreamTail,
    private readonly response: unknown,
    memory: MemoryBudget,
    options: OutgoingStreamOptions,
  ) {
    const raw = rawResponse(response);
    this.account = edgeAccount(memory, session, raw);
    this.stream = new OutgoingStream(options, ReplayBudget.none(this.account));
    const left = () => {
      this.session.left(this.tail);
      this.stream.destroy();
    };
    // Nest does not subscribe for a client that has left.
    if (raw.destroyed) left();
    else raw.once('close', left);
  }

  /**
   * @param after position of the last event that the client has read
   * @param prelude an event of this connection alone, ahead of the others
   */
  attach(after: number, prelude?: StreamEvent): Observable<StreamItem> {
    this.tail.start(after, {
      entry: ({ id, type, data, retry }) => void this.stream.push({ id, type, data, retry }),
      end: (endsConnection) => (endsConnection ? this.stream.end(true) : this.stream.finish()),
      hint: (retryMs) => this.stream.hint(retryMs),
    });
    return this.stream.attach(new ResponseSink(this.response, this.account), () => undefined, prelude);
  }
}
