import type { Exchange } from '../load/exchange.js';
import { WrongAnswerError } from './wrong-answer.error.js';

const ACKNOWLEDGED = '"method":"notifications/subscriptions/acknowledged"';

/** A stream of changes of the list of tools. It has been opened once it is acknowledged, and stays open. */
export class ListenExchange implements Exchange {
  readonly method = 'subscriptions/listen';
  readonly params = '{"notifications":{"toolsListChanged":true}}';

  constructor(readonly id: number) {}

  recognizes(raw: string): boolean {
    return raw.includes(ACKNOWLEDGED);
  }

  take(_message: unknown, raw: string): never {
    throw new WrongAnswerError(this.method, raw);
  }
}
