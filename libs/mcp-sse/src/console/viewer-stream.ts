import type { ServerResponse } from 'node:http';
import { EVENT_STREAM_HEADERS } from '../transports/http/sse-format.js';
import { ResponseSink } from '../transports/http/response-sink.js';

/** How a viewer's stream goes. */
export interface ViewerStreamOptions {
  /** Time between comments that keep it open; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** When it ends at the latest, in milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** What waits for a viewer at most, beyond one event. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What `setTimeout` takes at most. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Events for one viewer. What his connection has no room for is counted and not kept. */
export class ViewerStream {
  private readonly sink: ResponseSink;
  private readonly timers: NodeJS.Timeout[] = [];
  private missed = 0;

  /** @param onEnd called once, when it has ended, whoever ended it */
  constructor(
    private readonly response: ServerResponse,
    { heartbeatMs, expiresAt }: ViewerStreamOptions,
    onEnd: () => void,
  ) {
    this.sink = new ResponseSink(response);
    response.writeHead(200, { ...EVENT_STREAM_HEADERS, 'X-Content-Type-Options': 'nosniff' });
    response.flushHeaders();
    this.sink.onDrain(() => this.tellMissed());
    if (heartbeatMs !== false) this.timers.push(setInterval(() => this.beat(), heartbeatMs).unref());
    if (expiresAt !== undefined) {
      const ms = Math.min(MAX_TIMEOUT_MS, Math.max(0, expiresAt - Date.now()));
      this.timers.push(setTimeout(() => this.end(), ms).unref());
    }
    response.once('close', () => {
      for (const timer of this.timers) clearTimeout(timer);
      onEnd();
    });
  }

  /** Whether the viewer's connection takes more. */
  get writable(): boolean {
    return this.response.writableLength < MAX_WAITING_BYTES;
  }

  send(type: string, data: object): void {
    if (this.response.writableEnded) return;
    this.response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Leaves something out that the connection has no room for. */
  miss(): void {
    this.missed++;
  }

  end(): void {
    if (this.response.writableEnded) return;
    this.sink.endConnection();
    this.response.end();
  }

  private beat(): void {
    if (this.writable) this.response.write(': keep-alive\n\n');
  }

  private tellMissed(): void {
    if (this.missed === 0) return;
    this.send('missed', { messages: this.missed });
    this.missed = 0;
  }
}
