import type { Exchange, ServerMessage } from '../load/exchange.js';
import { WrongAnswerError } from './wrong-answer.error.js';

export class InitializeExchange implements Exchange {
  readonly method = 'initialize';
  readonly params: string;

  constructor(
    readonly id: number,
    protocolVersion: string,
  ) {
    const clientInfo = { name: 'bench', version: '1.0.0' };
    this.params = JSON.stringify({ protocolVersion, capabilities: {}, clientInfo });
  }

  take({ id, result }: ServerMessage, raw: string): boolean {
    const { protocolVersion } = (result ?? {}) as { protocolVersion?: unknown };
    if (id !== this.id || typeof protocolVersion !== 'string') throw new WrongAnswerError(this.method, raw);
    return true;
  }
}
