import type { ServerResponse } from 'node:http';
import type { LogEntry } from '../../model/cluster/session-log.js';
import type { TailReader } from '../../cluster/stream-tail.js';
import { type MemoryAccount, heapBytes } from '../../streaming/memory-budget.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import { ResponseSink } from '../../http/response-sink.js';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { answerJson } from '../../http/answer.js';
import type { ExchangeOptions } from './post-exchange.js';

/**
 * Answers one POST with requests whose session another node owns. It answers as `PostExchange` does, with what it reads
 * in the log from the stream that the owner answers on.
 */
export class RelayExchange implements TailReader {
  private stream?: OutgoingStream;
  private readonly held: LogEntry[] = [];
  private readonly answers: string[] = [];
  private readonly timer: NodeJS.Timeout;
  private heldBytes = 0;

  /** @param requests number of requests in the POST */
  constructor(
    private readonly response: ServerResponse,
    private readonly requests: number,
    private readonly options: Pick<ExchangeOptions, 'upgradeMs' | 'isBatch'>,
    private readonly streamOptions: OutgoingStreamOptions,
    private readonly memory: MemoryAccount,
  ) {
    response.once('close', () => this.close());
    this.timer = setTimeout(() => this.upgrade(), options.upgradeMs).unref();
  }

  entry(entry: LogEntry): void {
    if (this.stream) return void this.stream.push(entry);
    this.hold(entry);
    // A priming event does not tell whether the answers will be quick.
    if (entry.data === '') return;
    if (!isAnswer(entry.data)) return this.upgrade();
    this.answers.push(entry.data);
    if (this.answers.length === this.requests) this.answerWithoutStream();
  }

  end(endsConnection: boolean): void {
    this.upgrade();
    if (endsConnection) this.stream?.end(true);
    else this.stream?.finish();
  }

  private answerWithoutStream(): void {
    clearTimeout(this.timer);
    answerJson(this.response, this.answers, this.options.isBatch, this.memory);
  }

  private hold(entry: LogEntry): void {
    if (this.response.destroyed) return;
    const bytes = heapBytes(entry.data);
    this.held.push(entry);
    this.heldBytes += bytes;
    this.memory.add(bytes);
  }

  private close(): void {
    this.held.length = 0;
    this.letGo();
    this.stream?.destroy();
  }

  private letGo(): void {
    if (this.heldBytes > 0) this.memory.add(-this.heldBytes);
    this.heldBytes = 0;
  }

  private upgrade(): void {
    clearTimeout(this.timer);
    const { response } = this;
    if (this.stream || response.destroyed || response.headersSent) return;
    response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
    this.stream = new OutgoingStream(this.streamOptions, ReplayBudget.none(this.memory));
    const subscription = this.stream
      .attach(new ResponseSink(response, this.memory), () => undefined)
      .subscribe({ complete: () => void response.end() });
    response.once('close', () => subscription.unsubscribe());
    const held = this.held.splice(0);
    this.letGo();
    for (const entry of held) this.stream.push(entry);
  }
}

function isAnswer(json: string): boolean {
  return !('method' in (JSON.parse(json) as object));
}
