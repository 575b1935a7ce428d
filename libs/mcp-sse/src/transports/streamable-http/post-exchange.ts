import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';
import { answerAll, HeldAnswers } from './held-answers.js';
import { isTaken } from '../../http/answer.js';
import { ResponseSink } from '../../http/response-sink.js';
import type { MemoryAccount } from '../../streaming/memory-budget.js';
import type { NumberedStream } from './numbered-stream.js';
import { beginStream } from './stream-response.js';

export interface ExchangeOptions {
  /** How long answers may take to be sent as JSON rather than on a stream, in milliseconds. */
  readonly upgradeMs: number;
  /** Whether the client understands priming events (from 2025-11-25). */
  readonly primes: boolean;
  /** How long a client that lost its stream waits before it comes back, in milliseconds. */
  readonly retryMs: number;
  /** Whether the POST was a batch: then its answer is one too. */
  readonly isBatch: boolean;
}

/** What an exchange needs from its session. */
export interface ExchangePort {
  /** Opens the stream when one is needed. */
  openStream(exchange: Exchange): NumberedStream;
  /** Calls back once everything sent so far is kept; see `EventJournal.after`. */
  whenKept(run: (isKept: boolean) => void): void;
  /** The client lost the stream, and may come back for the rest. */
  onDetach(): void;
  /** The last answer was given. */
  onDone(): void;
}

/**
 * Answers one POST with requests. The answer is JSON if the answers are quick and nothing else is sent, otherwise an
 * event stream, which the client can resume when it loses it.
 */
export class PostExchange implements Exchange {
  private stream?: NumberedStream;
  private readonly answers: HeldAnswers;
  private timer?: NodeJS.Timeout;

  /**
   * @param requests number of requests in the POST
   * @param memory account of the session
   */
  constructor(
    private readonly response: ServerResponse,
    private requests: number,
    private readonly options: ExchangeOptions,
    private readonly port: ExchangePort,
    private readonly memory: MemoryAccount,
  ) {
    this.answers = new HeldAnswers(memory);
    // Most calls are answered by the end of this turn of the event loop, and need no timer.
    setImmediate(startTimer, this);
  }

  /** Starts the time after which the answers go on a stream. */
  startTimer(): void {
    if (this.requests > 0 && !this.stream && !isTaken(this.response))
      this.timer = setTimeout(() => this.upgraded(), this.options.upgradeMs).unref();
  }

  send(json: string, isAnswer: boolean, completes?: string): boolean {
    let found = true;
    if (isAnswer && !this.stream) this.answers.add(json, this.requests === 1);
    else found = this.upgraded()?.send(json, completes) ?? true;
    if (isAnswer) this.countDown();
    return found;
  }

  abandon(): void {
    this.countDown();
  }

  /** Only a client that gets priming events is sure to have an id to come back with. */
  closeStream(retryMs = this.options.retryMs): void {
    if (!this.options.primes) return;
    const stream = this.upgraded();
    stream?.prime(retryMs);
    stream?.whenKept(() => stream.detach());
  }

  detach(): void {
    if (this.options.primes) this.stream?.detach();
  }

  end(endsConnection: boolean): void {
    clearTimeout(this.timer);
    this.answers.release();
    if (this.stream) this.stream.end(endsConnection);
    else if (!this.response.headersSent) this.response.destroy();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.answers.release();
    this.response.destroy();
  }

  private countDown(): void {
    this.requests--;
    if (this.requests > 0) return;
    clearTimeout(this.timer);
    if (this.stream) this.stream.finish();
    else this.port.whenKept((isKept) => this.answerWithoutStream(isKept));
    this.port.onDone();
  }

  private answerWithoutStream(isKept: boolean): void {
    this.answers.release();
    if (isTaken(this.response)) return;
    if (!isKept) return void this.response.destroy();
    answerAll(this.response, this.answers.texts, this.options.isBatch, this.memory);
  }

  /** The stream; undefined for a client that left, or was answered, before it read an id to come back with. */
  private upgraded(): NumberedStream | undefined {
    clearTimeout(this.timer);
    if (!this.stream && !isTaken(this.response)) this.stream = this.upgrade();
    return this.stream;
  }

  private upgrade(): NumberedStream {
    const { response } = this;
    this.answers.release();
    const stream = this.port.openStream(this);
    beginStream(
      response,
      stream.attach(new ResponseSink(response, this.memory), () => this.port.onDetach()),
    );
    if (this.options.primes) stream.prime(this.options.retryMs);
    for (const answer of this.answers.texts) stream.send(answer);
    return stream;
  }
}

function startTimer(exchange: PostExchange): void {
  exchange.startTimer();
}
