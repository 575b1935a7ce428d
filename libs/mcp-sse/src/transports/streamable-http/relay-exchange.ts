import type { ServerResponse } from 'node:http';
import type { LogEntry } from '../../model/cluster/session-log.js';
import type { TailReader } from '../../cluster/stream-tail.js';
import type { MemoryAccount } from '../../streaming/memory-budget.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import { ResponseSink } from '../../http/response-sink.js';
import { beginStream } from './stream-response.js';

/**
 * Answers one POST with an event stream: with what it reads in the log from the stream on which another node, which
 * owns the session, answers.
 */
export class RelayExchange implements TailReader {
  private readonly stream: OutgoingStream;

  constructor(response: ServerResponse, options: OutgoingStreamOptions, memory: MemoryAccount) {
    this.stream = new OutgoingStream(options, ReplayBudget.none(memory));
    beginStream(
      response,
      this.stream.attach(new ResponseSink(response, memory), () => undefined),
    );
    response.once('close', () => this.stream.destroy());
  }

  entry(entry: LogEntry): void {
    this.stream.push(entry);
  }

  end(endsConnection: boolean): void {
    if (endsConnection) this.stream.end(true);
    else this.stream.finish();
  }
}
