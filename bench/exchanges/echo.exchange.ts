import { ECHO } from '../contract/tools.js';
import type { Exchange, ServerMessage } from '../load/exchange.js';
import type { KnownAnswer } from './known-answer.js';
import { singleText } from './single-text.js';
import { WrongAnswerError } from './wrong-answer.error.js';

/** A call of `echo`. */
export class EchoExchange implements Exchange {
  readonly method = 'tools/call';
  readonly name = ECHO.name;
  readonly params: string;

  /** @param known given if the text is the same in every call */
  constructor(
    readonly id: number,
    private readonly text: string,
    private readonly known?: KnownAnswer,
  ) {
    this.params = `{"name":"${ECHO.name}","arguments":{"message":${JSON.stringify(text)}}}`;
  }

  recognizes(raw: string): boolean {
    return this.known?.matches(this.id, raw) ?? false;
  }

  take({ id, result }: ServerMessage, raw: string): boolean {
    if (id !== this.id || singleText(result) !== this.text) throw new WrongAnswerError(ECHO.name, raw);
    this.known?.learn(id, raw);
    return true;
  }
}
