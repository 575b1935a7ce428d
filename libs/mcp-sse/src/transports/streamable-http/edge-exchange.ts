import type { ServerResponse } from 'node:http';
import type { LogEntry } from '../../model/cluster/log-entry.js';
import type { TailReader } from '../../sessions/cluster/stream-tail.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import { ResponseSink } from '../http/response-sink.js';
import { EVENT_STREAM_HEADERS } from '../http/sse-format.js';
import { answerAsJson } from './answer-as-json.js';
import type { ExchangeOptions } from './post-exchange.js';

/**
 * One POST with requests whose session another node has: as `PostExchange` answers it, from what the log has of
 * the stream that the other node answers on.
 */
export class EdgeExchange implements TailReader {
  private stream?: OutgoingStream;
  private readonly held: LogEntry[] = [];
  private readonly answers: string[] = [];
  private readonly timer: NodeJS.Timeout;

  /** @param requests how many the POST has */
  constructor(
    private readonly response: ServerResponse,
    private readonly requests: number,
    private readonly options: Pick<ExchangeOptions, 'upgradeMs' | 'isBatch'>,
    private readonly streamOptions: OutgoingStreamOptions,
  ) {
    this.timer = setTimeout(() => this.upgrade(), options.upgradeMs).unref();
  }

  entry(entry: LogEntry): void {
    if (this.stream) return void this.stream.push(entry);
    this.held.push(entry);
    // An event that is there for its id says nothing of how the others are to be sent.
    if (entry.data === '') return;
    if (!isAnswer(entry.data)) return this.upgrade();
    this.answers.push(entry.data);
    if (this.answers.length === this.requests) this.answerWithoutStream();
  }

  end(endsConnection: boolean): void {
    if (this.response.writableEnded) return;
    this.upgrade();
    if (endsConnection) this.stream?.end(true);
    else this.stream?.finish();
  }

  private answerWithoutStream(): void {
    clearTimeout(this.timer);
    answerAsJson(this.response, this.answers, this.options.isBatch);
  }

  private upgrade(): void {
    clearTimeout(this.timer);
    const { response } = this;
    if (this.stream || response.destroyed || response.headersSent) return;
    response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
    this.stream = new OutgoingStream(this.streamOptions, ReplayBudget.none());
    const subscription = this.stream
      .attach(new ResponseSink(response), () => undefined)
      .subscribe({ complete: () => void response.end() });
    response.once('close', () => subscription.unsubscribe());
    for (const entry of this.held) this.stream.push(entry);
  }
}

function isAnswer(json: string): boolean {
  return !('method' in (JSON.parse(json) as object));
}
