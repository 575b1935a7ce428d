import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { LONGEST_DELAY_MS } from '../model/longest-delay.js';
import type { McpPrincipal } from '../model/principal.js';
import { ResponseSink } from '../http/response-sink.js';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.js';

export interface ViewerStreamOptions {
  /** Time between the comments that keep the stream open; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** Time after which the viewer must authenticate again; undefined without authentication. */
  readonly checkMs?: number;
  /** Called once when the stream has ended, whoever ended it. */
  readonly onEnd: () => void;
}

/** Why a stream ends before what it shows has ended. */
export type ViewerStreamEnd =
  /** The viewer's token has expired. */
  | 'expired'
  /** The application has revoked the viewer's access. */
  | 'revoked'
  /** The viewer reconnects, to be authenticated again. */
  | 'check'
  | 'shutdown';

/** Bytes that may wait for a viewer, beyond one event. */
const MAX_WAITING_BYTES = 256 * 1024;
/** Time that a viewer has to read waiting events when its stream ends. */
const FAREWELL_MS = 5_000;

/** Sends events to one viewer. Events that the connection has no room for are counted, not kept. */
export class ViewerStream {
  private readonly sink: ResponseSink;
  private readonly timers: NodeJS.Timeout[] = [];
  private missed = 0;

  constructor(
    private readonly response: ServerResponse,
    readonly viewer: McpPrincipal,
    { heartbeatMs, checkMs = Infinity, onEnd }: ViewerStreamOptions,
  ) {
    this.sink = new ResponseSink(response);
    response.writeHead(200, { ...EVENT_STREAM_HEADERS, 'X-Content-Type-Options': 'nosniff' });
    response.flushHeaders();
    response.on('drain', () => this.tellMissed());
    if (heartbeatMs !== false) this.timers.push(setInterval(() => this.beat(), heartbeatMs).unref());
    const expiresMs = (viewer.expiresAt ?? Infinity) - Date.now();
    if (expiresMs <= checkMs) this.endIn(expiresMs, 'expired');
    else this.endIn(checkMs, 'check');
    // Also called if the client left while the guards ran, when the response has already closed.
    finished(response, () => {
      for (const timer of this.timers) clearTimeout(timer);
      onEnd();
    });
  }

  /** Whether the viewer's connection has room for another event. */
  get writable(): boolean {
    return !this.response.writableEnded && this.response.writableLength < MAX_WAITING_BYTES;
  }

  /** @param json the data of the event, in one line */
  send(type: string, json: string): void {
    if (!this.response.writableEnded) this.response.write(`event: ${type}\ndata: ${json}\n\n`);
  }

  /** Counts an event that was dropped. */
  miss(): void {
    this.missed++;
  }

  /**
   * Ends the stream once waiting events are sent. A viewer that does not read them in time loses them.
   *
   * @param reason sent to the viewer
   */
  end(reason?: ViewerStreamEnd): void {
    if (this.response.writableEnded) return;
    if (reason !== undefined) this.send('ended', JSON.stringify({ reason }));
    this.sink.endConnection();
    this.response.end();
    this.timers.push(setTimeout(() => this.sink.destroy(), FAREWELL_MS).unref());
  }

  private endIn(ms: number, reason: ViewerStreamEnd): void {
    if (ms === Infinity) return;
    const timeoutMs = Math.min(LONGEST_DELAY_MS, Math.max(0, ms));
    this.timers.push(setTimeout(() => this.end(reason), timeoutMs).unref());
  }

  private beat(): void {
    if (this.writable) this.response.write(': keep-alive\n\n');
  }

  private tellMissed(): void {
    if (this.missed === 0) return;
    this.send('missed', JSON.stringify({ messages: this.missed }));
    this.missed = 0;
  }
}
