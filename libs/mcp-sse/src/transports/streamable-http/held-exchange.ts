import type { RelayedAnswers } from '../../sessions/shared-outlet.js';
import { SessionClosedError, SessionMovedError } from '../../sessions/session.errors.js';
import type { MemoryAccount } from '../../streaming/memory-budget.js';
import type { Exchange } from './exchange.js';
import { HeldAnswers } from './held-answers.js';
import type { NumberedStream } from './numbered-stream.js';
import { RemoteExchange } from './remote-exchange.js';

/** What an exchange needs from the outlet of its session. */
export interface HeldExchangePort {
  /** Opens the stream when one is needed. */
  openStream(exchange: Exchange): NumberedStream;
  /** Position of the newest event of the session. */
  readonly last: number;
  /** Calls back once everything sent so far is kept; see `EventJournal.after`. */
  whenKept(run: (isKept: boolean) => void): void;
}

/**
 * Answers the requests of a POST that came to another node, as `PostExchange` does here: that node gets the answers if
 * they are quick and nothing else is sent, otherwise the number of the stream that carries them.
 */
export class HeldExchange implements Exchange {
  readonly answered: Promise<RelayedAnswers>;
  private resolve!: (answers: RelayedAnswers) => void;
  private reject!: (error: Error) => void;
  private upgraded?: RemoteExchange;
  private readonly answers: HeldAnswers;
  private timer?: NodeJS.Timeout;
  private isOver = false;

  /**
   * @param requests number of requests in the POST
   * @param memory account of the session
   */
  constructor(
    private readonly port: HeldExchangePort,
    private requests: number,
    private readonly primes: boolean,
    private readonly holdMs: number,
    memory: MemoryAccount,
  ) {
    this.answers = new HeldAnswers(memory);
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Most calls are answered by the end of this turn of the event loop, and need no timer.
    setImmediate(startTimer, this);
  }

  /** Starts the time after which the answers go on a stream. */
  startTimer(): void {
    if (!this.isOver) this.timer = setTimeout(() => this.upgrade(), this.holdMs).unref();
  }

  send(json: string, isAnswer: boolean, completes?: string): boolean {
    if (this.upgraded || !isAnswer) return this.upgrade().send(json, isAnswer, completes);
    this.answers.add(json, this.requests === 1);
    this.countDown();
    return true;
  }

  abandon(): void {
    if (this.upgraded) this.upgraded.abandon();
    else this.countDown();
  }

  closeStream(retryMs?: number): void {
    if (this.primes) this.upgrade().closeStream(retryMs);
  }

  detach(): void {
    this.upgraded?.detach();
  }

  end(endsConnection: boolean): void {
    this.upgraded?.end(endsConnection);
    this.fail(new SessionMovedError(true));
  }

  destroy(): void {
    this.upgraded?.destroy();
    this.fail(new SessionClosedError());
  }

  private countDown(): void {
    this.requests--;
    if (this.requests > 0) return;
    this.letGo();
    this.port.whenKept((isKept) => {
      if (isKept) this.resolve({ answers: this.answers.texts });
      else this.reject(new SessionMovedError(true));
    });
  }

  private upgrade(): RemoteExchange {
    if (this.upgraded) return this.upgraded;
    this.letGo();
    const after = this.port.last;
    const stream = this.port.openStream(this);
    this.upgraded = new RemoteExchange(stream, this.requests, this.primes);
    if (this.primes) stream.prime();
    for (const answer of this.answers.texts) stream.send(answer);
    this.port.whenKept((isKept) => {
      if (isKept) this.resolve({ stream: stream.number, after });
      else this.reject(new SessionMovedError(true));
    });
    return this.upgraded;
  }

  /** The other node need not be told if it has the answers, or the stream. */
  private fail(error: Error): void {
    this.letGo();
    this.reject(error);
  }

  /** Nothing is held any longer. */
  private letGo(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.answers.release();
  }
}

function startTimer(exchange: HeldExchange): void {
  exchange.startTimer();
}
