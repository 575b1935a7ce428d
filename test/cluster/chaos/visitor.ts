import { setTimeout as delay } from 'node:timers/promises';
import { streamDataCall } from '../../fixtures/stream-data-call.js';
import type { Random } from './random.js';
import { Ledger } from './ledger.js';

const CALLS_AT_A_TIME = 2;
const MAX_STEPS = 4;
const MAX_CALL_MS = 2_000;
/** Statuses of nginx and the nodes while no node can serve the request. */
const TRY_AGAIN = [502, 503, 504];

export interface Call {
  readonly id: string;
  readonly request: object;
  /** Duration of the tool call. */
  readonly workMs: number;
}

/** A client that keeps calling the reference application's tool, whatever happens. */
export abstract class Visitor {
  readonly ledger: Ledger;
  /** Counts of refused requests by method and status. Status 0 means no response. */
  readonly refusals = new Map<string, number>();
  /** Delays of answers after the tool finished, in milliseconds. */
  readonly delays: number[] = [];
  protected hasLeft = false;

  protected constructor(
    name: string,
    protected readonly random: Random,
  ) {
    this.ledger = new Ledger(name);
  }

  /** Calls the tool until stopped. Resolves when the last calls are answered. */
  async visit(until: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, () => this.callOn(until)));
  }

  private async callOn(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const call = this.nextCall();
      const askedAt = Date.now();
      await this.call(call);
      if (this.ledger.isAnswered(call.id)) this.delays.push(Date.now() - askedAt - call.workMs);
    }
  }

  abstract leave(): Promise<void>;

  /** Resolves when the call is answered or has failed. */
  protected abstract call(call: Call): Promise<void>;

  /** @param status of the refusal; a status that does not mean "try again" is a fault */
  protected async refused(what: string, status = 0): Promise<void> {
    const key = `${what} ${status}`;
    this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
    if (status !== 0 && !TRY_AGAIN.includes(status))
      this.ledger.fault(`${this.ledger.client}: ${what} was answered with ${status}`);
    await this.pause();
  }

  /** The clients' delay before they try again. */
  protected pause(): Promise<void> {
    return delay(50 + this.random.below(250));
  }

  private nextCall(): Call {
    const { random, ledger } = this;
    const count = 1 + random.below(MAX_STEPS);
    const delayMs = Math.floor(random.below(MAX_CALL_MS) / count);
    const reports = random.chance(0.8);
    const id = ledger.ask(reports ? count : 0);
    return { id, request: streamDataCall(id, { count, delayMs, reports }), workMs: count * delayMs };
  }
}
