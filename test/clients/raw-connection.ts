import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A POST to the endpoint as it goes over a raw connection. @param headers added to those that every POST has */
export function rawPost(message: unknown, headers: Readonly<Record<string, string>>): string {
  const body = JSON.stringify(message);
  const sent = {
    host: 'localhost',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headers,
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
  return ['POST /mcp HTTP/1.1', ...lines, '', body].join('\r\n');
}

/** A TCP connection that can send what no HTTP client would. */
export class RawConnection {
  private received = '';
  /** The connection's error, such as a reset by the server. */
  fault?: Error;
  private readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    socket.on('error', (error) => (this.fault = error));
    // Unlike Node's `once`, does not reject when the server resets the connection.
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends raw text, in UTF-8 or one byte per character. Resolves when there is room for more. */
  async write(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<void> {
    if (!this.socket.write(text, encoding))
      await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.closed]);
  }

  /** Sends the head of a JSON POST to the loopback host. */
  post(path: string, ...headers: readonly string[]): Promise<void> {
    const lines = [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-type: application/json', ...headers];
    return this.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Reads everything until the server ends the connection. */
  async untilClosed(): Promise<string> {
    await this.closed;
    return this.received;
  }

  /** Reads until the received text matches. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.received);
      if (match) return match;
      await once(this.socket, 'data');
    }
  }

  /** Reads nothing more. */
  pause(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.destroy();
  }
}
