import type { ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import { rawResponse } from '../../http/raw-response.js';
import { ResponseSink } from '../../http/response-sink.js';
import { principalKey } from '../../model/principal.js';
import type { RemoteSession } from '../../cluster/remote-session.js';
import type { StreamTail } from '../../cluster/stream-tail.js';
import type { MemoryAccount, MemoryBudget } from '../../streaming/memory-budget.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { StreamEvent, StreamItem } from '../../streaming/stream-event.js';

/** Writes a stream of a session that another node owns to a client that is connected here. */
export class RelayStream {
  private readonly stream: OutgoingStream;
  private readonly account: MemoryAccount;

  /**
   * @param session that the stream belongs to
   * @param tail reads the stream from the cluster's log
   */
  constructor(
    private readonly session: RemoteSession,
    private readonly tail: StreamTail,
    private readonly response: unknown,
    memory: MemoryBudget,
    options: OutgoingStreamOptions,
  ) {
    const raw = rawResponse(response);
    this.account = relayAccount(memory, session, raw);
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
   * @param prelude an event that this connection alone gets, before the others
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

/**
 * Opens the memory account of a response that carries messages of a session that another node owns. When memory is
 * short, the response is dropped: its client finds what it missed in the session's log.
 */
export function relayAccount(
  budget: MemoryBudget,
  { record }: RemoteSession,
  response: ServerResponse,
): MemoryAccount {
  const account = budget.open(principalKey(record.principal), {
    trim: () => undefined,
    cut: () => response.destroy(),
  });
  if (response.destroyed) account.close();
  else response.once('close', () => account.close());
  return account;
}
