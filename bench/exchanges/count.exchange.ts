import { COUNT, COUNTED, PROGRESS_EVENTS } from '../contract/tools.js';
import type { Exchange, ServerMessage } from '../load/exchange.js';
import { singleText } from './single-text.js';
import { WrongAnswerError } from './wrong-answer.error.js';

/** A call of `count`, including all its progress. */
export class CountExchange implements Exchange {
  readonly method = 'tools/call';
  readonly name = COUNT.name;
  readonly params: string;
  private events = 0;
  private answered = false;

  /** @param ordered whether all progress must come before the answer */
  constructor(
    readonly id: number,
    private readonly ordered: boolean,
  ) {
    this.params = `{"name":"${COUNT.name}","arguments":{},"_meta":{"progressToken":${id}}}`;
  }

  take({ id, method, params, result }: ServerMessage, raw: string): boolean {
    if (method === 'notifications/progress') {
      if (params?.['progressToken'] !== this.id || params['progress'] !== ++this.events)
        throw new WrongAnswerError(COUNT.name, raw);
    } else {
      if (id !== this.id || singleText(result) !== COUNTED) throw new WrongAnswerError(COUNT.name, raw);
      this.answered = true;
      if (this.ordered && this.events < PROGRESS_EVENTS)
        throw new Error(
          `${this.events} of ${PROGRESS_EVENTS} progress notifications came before the answer.`,
        );
    }
    return this.answered && this.events === PROGRESS_EVENTS;
  }
}
