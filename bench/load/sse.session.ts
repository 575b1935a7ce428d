import type { ConnectionPool } from './connection-pool.js';
import { HttpConnection } from './http-connection.js';
import { McpSession } from './mcp-session.js';
import { SseParser } from './sse.parser.js';

/** A session over HTTP+SSE. */
export class SseSession extends McpSession {
  readonly ordered = true;
  private readonly stream: HttpConnection;
  /** The head of each POST, up to the value of Content-Length. */
  private head = '';

  private constructor(
    private readonly url: URL,
    private readonly pool: ConnectionPool,
  ) {
    super();
    this.stream = new HttpConnection(url);
  }

  static async open(url: URL, pool: ConnectionPool): Promise<SseSession> {
    const session = new SseSession(url, pool);
    await session.openStream();
    await session.initialize('2024-11-05');
    return session;
  }

  async close(): Promise<void> {
    this.stream.destroy();
  }

  protected post(body: string): Promise<void> {
    return new Promise((resolve) => {
      this.pool.send(`${this.head}${Buffer.byteLength(body)}\r\n\r\n${body}`, {
        head: ({ status }) => {
          if (status !== 202 && status !== 200) this.fail(new Error(`A POST was answered with ${status}.`));
        },
        end: resolve,
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
      const parser = new SseParser((event, data) => {
        if (event === 'message') this.receive(data);
        else if (event === 'endpoint') {
          this.head = this.headOfPost(new URL(data, this.url));
          resolve();
        }
      });
      this.stream.send(
        `GET ${this.url.pathname} HTTP/1.1\r\nHost: ${this.url.host}\r\nAccept: text/event-stream\r\n\r\n`,
        {
          head: ({ status }) => {
            if (status !== 200) fail(new Error(`The GET of the stream was answered with ${status}.`));
          },
          body: (chunk) => parser.push(chunk),
          end: () => fail(new Error('The server ended the stream.')),
          fail,
        },
      );
    });
  }

  private headOfPost({ pathname, search, host }: URL): string {
    return (
      `POST ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n` +
      'Content-Type: application/json\r\nContent-Length: '
    );
  }
}
