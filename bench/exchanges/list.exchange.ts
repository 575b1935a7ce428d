import { ARGUMENT_NAMES, ASK } from '../contract/tools.js';
import type { Exchange, ServerMessage } from '../load/exchange.js';
import type { KnownAnswer } from './known-answer.js';
import { WrongAnswerError } from './wrong-answer.error.js';

interface Tool {
  readonly name: string;
  readonly inputSchema?: { readonly properties?: object };
}

/** A `tools/list` whose tools are all checked. */
export class ListExchange implements Exchange {
  readonly method = 'tools/list';
  readonly params = '{}';

  constructor(
    readonly id: number,
    private readonly known: KnownAnswer,
  ) {}

  recognizes(raw: string): boolean {
    return this.known.matches(this.id, raw);
  }

  take({ id, result }: ServerMessage, raw: string): boolean {
    const { tools: listed = [] } = (result ?? {}) as { tools?: readonly Tool[] };
    const tools = listed.filter(({ name }) => name !== ASK.name);
    const names = new Set(tools.filter(isRight).map(({ name }) => name));
    if (id !== this.id || tools.length !== ARGUMENT_NAMES.size || names.size !== ARGUMENT_NAMES.size)
      throw new WrongAnswerError(this.method, raw);
    this.known.learn(id, raw);
    return true;
  }
}

function isRight({ name, inputSchema }: Tool): boolean {
  const expected = ARGUMENT_NAMES.get(name);
  const actual = Object.keys(inputSchema?.properties ?? {});
  return expected?.length === actual.length && expected.every((argument) => actual.includes(argument));
}
