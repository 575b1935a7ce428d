import type { ConnectionPool } from './connection-pool.js';
import { HttpConnection } from './http-connection.js';
import { McpSession } from './mcp-session.js';
import { eventReader, post, type PostReader } from './post.js';
import type { ResponseHead } from './response-head.js';

const VERSION = '2025-06-18';

/** A session over Streamable HTTP that keeps its GET stream open, as clients do. */
export class StreamableHttpSession extends McpSession {
  readonly ordered = false;
  private readonly stream: HttpConnection;
  /** Headers that name the session, once it has an id. */
  private headers = '';
  private readonly reader: PostReader = {
    head: (head) => (this.headers ||= headersOfSession(head)),
    message: (json) => this.receive(json),
    fail: (error) => this.fail(error),
  };

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
    return post(this.pool, this.requestHead('POST'), body, this.reader);
  }

  private openStream(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        reject(error);
        this.fail(error);
      };
      const { body } = eventReader(this.reader);
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
