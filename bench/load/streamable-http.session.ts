import type { ConnectionPool } from './connection-pool.js';
import { HttpConnection, type RequestListener } from './http-connection.js';
import { McpSession } from './mcp-session.js';
import type { ResponseHead } from './response-head.js';
import { SseParser } from './sse.parser.js';

const VERSION = '2025-06-18';

/** A session over Streamable HTTP that keeps its GET stream open, as clients do. */
export class StreamableHttpSession extends McpSession {
  readonly ordered = false;
  private readonly stream: HttpConnection;
  /** Headers that name the session, once it has an id. */
  private headers = '';

  private constructor(
    private readonly url: URL,
    private readonly pool: ConnectionPool,
  ) {
    super();
    this.stream = new HttpConnection(url);
  }

  static async open(url: URL, pool: ConnectionPool): Promise<StreamableHttpSession> {
    const session = new StreamableHttpSession(url, pool);
    await session.initialize(VERSION);
    await session.openStream();
    return session;
  }

  async close(): Promise<void> {
    this.stream.destroy();
    await new Promise<void>((resolve, reject) => {
      this.pool.send(`${this.requestHead('DELETE')}\r\n`, {
        head: ({ status }) => {
          if (status >= 300) reject(new Error(`The DELETE was answered with ${status}.`));
        },
        end: resolve,
        fail: reject,
      });
    });
  }

  protected post(body: string): Promise<void> {
    return new Promise((resolve) => {
      let reader: Pick<RequestListener, 'body' | 'end'> | undefined;
      const request = `${this.requestHead('POST')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      this.pool.send(request, {
        head: (head) => {
          if (head.status !== 200 && head.status !== 202)
            this.fail(new Error(`A POST was answered with ${head.status}.`));
          this.headers ||= headersOfSession(head);
          if (head.status === 200) reader = this.readerOf(head);
        },
        body: (chunk) => reader?.body?.(chunk),
        end: () => {
          reader?.end?.();
          resolve();
        },
        fail: (error) => this.fail(error),
      });
    });
  }

  private openStream(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        reject(error);
        this.fail(error);
      };
      const { body } = this.eventReader();
      this.stream.send(`${this.requestHead('GET')}\r\n`, {
        head: ({ status }) => {
          if (status === 200) resolve();
          else fail(new Error(`The GET of the stream was answered with ${status}.`));
        },
        body,
        end: () => fail(new Error('The server ended the stream.')),
        fail,
      });
    });
  }

  private readerOf(head: ResponseHead): Pick<RequestListener, 'body' | 'end'> {
    if (head.header('content-type')?.startsWith('text/event-stream')) return this.eventReader();
    const chunks: Buffer[] = [];
    return {
      body: (chunk) => void chunks.push(chunk),
      end: () => {
        if (chunks.length > 0) this.receive(Buffer.concat(chunks).toString());
      },
    };
  }

  /** An event without data carries only an id. */
  private eventReader(): Required<Pick<RequestListener, 'body'>> {
    const parser = new SseParser((event, data) => {
      if (event === 'message' && data !== '') this.receive(data);
    });
    return { body: (chunk) => parser.push(chunk) };
  }

  private requestHead(method: string): string {
    return (
      `${method} ${this.url.pathname} HTTP/1.1\r\nHost: ${this.url.host}\r\n` +
      `Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n${this.headers}`
    );
  }
}

function headersOfSession(head: ResponseHead): string {
  const id = head.header('mcp-session-id');
  return id === undefined ? '' : `Mcp-Session-Id: ${id}\r\nMcp-Protocol-Version: ${VERSION}\r\n`;
}
