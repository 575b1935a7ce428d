import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { McpPrincipal } from '../model/principal.js';
import { ResponseSink } from '../http/response-sink.js';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.js';

/** How a viewer's stream goes. */
export interface ViewerStreamOptions {
  /** Time between comments that keep it open; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** How long the viewer may look before it must prove anew who it is; undefined for a server that does not ask. */
  readonly checkMs?: number;
  /** Called once, when it has ended, whoever ended it. */
  readonly onEnd: () => void;
}

/** Why a stream ends although what it shows goes on. */
export type ViewerStreamEnd =
  /** The viewer's token has expired. */
  | 'expired'
  /** The application has ended the viewer's access. */
  | 'revoked'
  /** The viewer is to come back, and to be checked again. */
  | 'check'
  | 'shutdown';

/** What waits for a viewer at most, beyond one event. */
const MAX_WAITING_BYTES = 256 * 1024;
/** What `setTimeout` takes at most. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** How long a viewer has for what waits when its stream ends. */
const FAREWELL_MS = 5_000;

/** Events for one viewer. What the connection has no room for is counted and not kept. */
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
    this.sink.onDrain(() => this.tellMissed());
    if (heartbeatMs !== false) this.timers.push(setInterval(() => this.beat(), heartbeatMs).unref());
    const expiresMs = (viewer.expiresAt ?? Infinity) - Date.now();
    if (expiresMs <= checkMs) this.endIn(expiresMs, 'expired');
    else this.endIn(checkMs, 'check');
    // Also for a client that left while the guards were asked: it has closed already.
    finished(response, () => {
      for (const timer of this.timers) clearTimeout(timer);
      onEnd();
    });
  }

  /** Whether the viewer's connection takes more. */
  get writable(): boolean {
    return !this.response.writableEnded && this.response.writableLength < MAX_WAITING_BYTES;
  }

  /** @param json of the event, in one line */
  send(type: string, json: string): void {
    if (!this.response.writableEnded) this.response.write(`event: ${type}\ndata: ${json}\n\n`);
  }

  /** Leaves something out that the connection has no room for. */
  miss(): void {
    this.missed++;
  }

  /** Ends it after what waits; whoever does not read that soon loses it. @param reason to be told, unless that was done */
  end(reason?: ViewerStreamEnd): void {
    if (this.response.writableEnded) return;
    if (reason !== undefined) this.send('ended', JSON.stringify({ reason }));
    this.sink.endConnection();
    this.response.end();
    this.timers.push(setTimeout(() => this.sink.destroy(), FAREWELL_MS).unref());
  }

  private endIn(ms: number, reason: ViewerStreamEnd): void {
    if (ms === Infinity) return;
    const timeoutMs = Math.min(MAX_TIMEOUT_MS, Math.max(0, ms));
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
