import { ASK } from '../contract/tools.js';
import type { Exchange, ServerMessage } from '../load/exchange.js';
import { singleText } from './single-text.js';
import { WrongAnswerError } from './wrong-answer.error.js';

interface InputRequired {
  readonly resultType?: unknown;
  readonly inputRequests?: Readonly<Record<string, { readonly method?: unknown }>>;
  readonly requestState?: string;
}

/** The first round of a call of `ask`, which ends with a question. */
export class AskExchange implements Exchange {
  readonly method = 'tools/call';
  readonly name = ASK.name;
  readonly params = `{"name":"${ASK.name}","arguments":{}}`;
  private asked: InputRequired = {};

  constructor(readonly id: number) {}

  take({ id, result }: ServerMessage, raw: string): boolean {
    const asked = (result ?? {}) as InputRequired;
    const questions = Object.values(asked.inputRequests ?? {});
    const isRight = questions.length === 1 && questions[0]!.method === 'elicitation/create';
    if (id !== this.id || asked.resultType !== 'input_required' || !isRight)
      throw new WrongAnswerError(ASK.name, raw);
    this.asked = asked;
    return true;
  }

  /** The second round, which brings the answer. */
  answered(id: number, word: string): Exchange {
    const { inputRequests = {}, requestState } = this.asked;
    const [key = ''] = Object.keys(inputRequests);
    const inputResponses = { [key]: { action: 'accept', content: { word } } };
    return new AnsweredExchange(id, word, JSON.stringify({ inputResponses, requestState }).slice(1));
  }
}

class AnsweredExchange implements Exchange {
  readonly method = 'tools/call';
  readonly name = ASK.name;
  readonly params: string;

  constructor(
    readonly id: number,
    private readonly word: string,
    members: string,
  ) {
    this.params = `{"name":"${ASK.name}","arguments":{},${members}`;
  }

  take({ id, result }: ServerMessage, raw: string): boolean {
    if (id !== this.id || singleText(result) !== this.word) throw new WrongAnswerError(ASK.name, raw);
    return true;
  }
}
