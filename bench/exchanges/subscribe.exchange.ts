import type { Exchange, ServerMessage } from '../load/exchange.js';
import { WrongAnswerError } from './wrong-answer.error.js';

/** A subscription to a resource. */
export class SubscribeExchange implements Exchange {
  readonly method = 'resources/subscribe';
  readonly params: string;

  constructor(
    readonly id: number,
    uri: string,
  ) {
    this.params = JSON.stringify({ uri });
  }

  take({ id, result }: ServerMessage, raw: string): boolean {
    if (id !== this.id || result === undefined) throw new WrongAnswerError(this.method, raw);
    return true;
  }
}
