import type { ServerResponse } from 'node:http';
import { encodedIfLarge, endAfterTurn, isTaken, mayWait } from '../../http/answer.js';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { UnsentBytes } from '../../http/unsent-bytes.js';
import type { Responder } from '../../stateless/stateless-server.js';
import type { MemoryAccount } from '../../streaming/memory-budget.js';

/** HTTP statuses of JSON-RPC errors in the modern era; all other answers have 200. */
const STATUS: Readonly<Record<number, number>> = {
  [-32601]: 404,
  [-32020]: 400,
  [-32021]: 400,
  [-32022]: 400,
};

/** Characters of events from which on they are not held back until the end of the turn. */
const MAX_GATHERED = 64 * 1024;

/**
 * Answers one POST of the modern era: with JSON, or with an event stream once there is something to send before the
 * answer, or the answer takes long. The stream cannot be resumed.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#receiving-messages
 */
export class StatelessExchange implements Responder {
  readonly transport = 'streamable-http';
  /** Made for what may wait until the client reads it: a stream, or a large answer. */
  private unsent?: UnsentBytes;
  private isStream = false;
  /** Events of this turn of the event loop: one write takes a fraction of what one for each would. */
  private gathered = '';
  private hasWaited = false;

  /**
   * @param memory pays for what waits until the client reads it
   * @param maxQueuedBytes that may wait; a client that reads more slowly is disconnected
   */
  constructor(
    private readonly response: ServerResponse,
    private readonly memory: MemoryAccount,
    private readonly maxQueuedBytes: number,
  ) {}

  notify(json: string): void {
    if (this.isOver) return;
    this.begin();
    if (this.gathered === '') setImmediate(writeGathered, this);
    this.gathered += eventOf(json);
    if (this.gathered.length > MAX_GATHERED) this.writeGathered();
  }

  /** Writes the events that are held back. */
  writeGathered(): void {
    const text = this.takeGathered();
    if (text === '' || this.isOver) return;
    this.response.write(encodedIfLarge(text));
    this.settle();
  }

  get isBehind(): boolean {
    return this.response.writableNeedDrain;
  }

  answer(json: string, errorCode?: number): boolean {
    const { response } = this;
    if (this.isOver) return false;
    // Counted at once: the account closes with the request, which ends now.
    if (this.isStream) {
      response.end(encodedIfLarge(this.takeGathered() + eventOf(json)));
      this.count();
    } else {
      const body = encodedIfLarge(json);
      const status = errorCode === undefined ? 200 : (STATUS[errorCode] ?? 200);
      response.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      });
      endAfterTurn(response, body);
      if (!mayWait(response, body)) return false;
      this.count(body.length);
    }
    setImmediate(() => {
      this.count();
      this.memory.budget.settle();
    });
    return true;
  }

  /** Comes after the first full interval, so that an answer that is about to come keeps its status. */
  keepAlive(): void {
    const { response, hasWaited } = this;
    this.hasWaited = true;
    if (!hasWaited || this.isOver || response.writableNeedDrain) return;
    this.begin();
    response.write(`${this.takeGathered()}: keep-alive\n\n`);
  }

  endConnection(): void {
    const { response } = this;
    const { socket } = response;
    response.shouldKeepAlive = false;
    response.once('finish', () => socket?.destroySoon());
  }

  destroy(): void {
    this.response.destroy();
  }

  private get isOver(): boolean {
    return this.isStream ? this.response.destroyed || this.response.writableEnded : isTaken(this.response);
  }

  /** What is written next takes the head along. */
  private begin(): void {
    if (!this.isStream) this.response.writeHead(200, EVENT_STREAM_HEADERS);
    this.isStream = true;
  }

  private takeGathered(): string {
    const { gathered } = this;
    this.gathered = '';
    return gathered;
  }

  /** Counts what waits. @param planned bytes that will be written in this turn */
  private count(planned?: number): void {
    this.unsent ??= new UnsentBytes(this.response, this.memory);
    this.unsent.update(planned);
  }

  private settle(): void {
    this.count();
    this.memory.budget.settle();
    if (this.response.writableLength > this.maxQueuedBytes) this.destroy();
  }
}

function eventOf(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

function writeGathered(exchange: StatelessExchange): void {
  exchange.writeGathered();
}
