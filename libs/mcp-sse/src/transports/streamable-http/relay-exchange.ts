import type { ServerResponse } from 'node:http';
import type { LogEntry } from '../../model/cluster/session-log.js';
import type { TailReader } from '../../cluster/stream-tail.js';
import type { MemoryAccount } from '../../streaming/memory-budget.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import { ResponseSink } from '../../http/response-sink.js';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { answerJson } from '../../http/answer.js';

/** Answers one POST with what the node that owns the session has replied with. */
export function answerHeld(
  response: ServerResponse,
  answers: readonly string[],
  isBatch: boolean,
  memory: MemoryAccount,
): void {
  if (answers.length > 0) answerJson(response, answers, isBatch, memory);
  // All requests were cancelled. An event stream may be empty; JSON would have to be an answer.
  else response.writeHead(200, EVENT_STREAM_HEADERS).end();
}

/**
 * Answers one POST with an event stream: with what it reads in the log from the stream on which another node, which
 * owns the session, answers.
 */
export class RelayExchange implements TailReader {
  private readonly stream: OutgoingStream;

  constructor(response: ServerResponse, options: OutgoingStreamOptions, memory: MemoryAccount) {
    response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
    this.stream = new OutgoingStream(options, ReplayBudget.none(memory));
    const subscription = this.stream
      .attach(new ResponseSink(response, memory), () => undefined)
      .subscribe({ complete: () => void response.end() });
    response.once('close', () => {
      subscription.unsubscribe();
      this.stream.destroy();
    });
  }

  entry(entry: LogEntry): void {
    this.stream.push(entry);
  }

  end(endsConnection: boolean): void {
    if (endsConnection) this.stream.end(true);
    else this.stream.finish();
  }
}
