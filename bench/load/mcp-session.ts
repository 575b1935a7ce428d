import type { Exchange, ServerMessage } from './exchange.js';
import { InitializeExchange } from '../exchanges/initialize.exchange.js';

interface Pending {
  readonly exchange: Exchange;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const PROGRESS = 'notifications/progress';
const PING_ANSWER = '"result":{}';
const REFUSAL = '"error":{"code":-32601,"message":"Method not found"}';

/** A client's session that makes one request at a time and checks every message. */
export abstract class McpSession {
  /** Whether all messages of a request arrive on one stream, and so in order. */
  abstract readonly ordered: boolean;
  private pending?: Pending;
  private failure?: Error;
  private lastId = 0;

  /** Ends the session as clients of its transport do. */
  abstract close(): Promise<void>;

  /** Sends one message. Reports failures to `this.fail`. */
  protected abstract post(body: string): Promise<void> | void;

  nextId(): number {
    return ++this.lastId;
  }

  /** @throws {Error} if an answer is wrong or the session has failed */
  exchange(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) return void reject(this.failure);
      this.pending = { exchange, resolve, reject };
      void this.send(exchange);
    });
  }

  protected send({ id, method, params }: Exchange): Promise<void> | void {
    return this.post(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`);
  }

  protected async initialize(protocolVersion: string): Promise<void> {
    await this.exchange(new InitializeExchange(this.nextId(), protocolVersion));
    await this.post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  }

  protected receive(raw: string): void {
    const { pending } = this;
    try {
      if (pending?.exchange.recognizes?.(raw)) return this.settle(pending);
      const message = JSON.parse(raw) as ServerMessage;
      if (message.method !== undefined && message.id !== undefined)
        return this.answer(message.id, message.method);
      // Servers may log and announce changed lists at any time.
      if (message.method !== undefined && message.method !== PROGRESS) return;
      if (pending) {
        if (pending.exchange.take(message, raw)) this.settle(pending);
      } else if (message.id !== undefined) throw new Error(`Unexpected answer: ${raw.slice(0, 300)}`);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  protected fail(error: Error): void {
    this.failure ??= error;
    this.pending?.reject(error);
    this.pending = undefined;
  }

  private settle({ resolve }: Pending): void {
    this.pending = undefined;
    resolve();
  }

  private answer(id: number, method: string): void {
    const outcome = method === 'ping' ? PING_ANSWER : REFUSAL;
    void this.post(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${outcome}}`);
  }
}
