import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { HttpResponseParser } from './http-response.parser.js';
import type { ResponseHead } from './response-head.js';

/** Receives the parts of a response. */
export interface RequestListener {
  head?(head: ResponseHead): void;
  body?(chunk: Buffer): void;
  end?(): void;
  /** The connection failed or was closed before the response was complete. */
  fail(error: Error): void;
}

/**
 * A keep-alive connection that carries one request at a time. Uses a plain socket, since Node's HTTP client would cost
 * more than a fast server.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private readonly parser: HttpResponseParser;
  private current?: RequestListener;
  /** Whether the server closes it after this response, as nginx does after a thousand requests. */
  private isLast = false;

  /** @param onIdle called when a response has ended and another request may be sent */
  constructor(url: URL, onIdle: (connection: HttpConnection) => void = () => undefined) {
    this.parser = new HttpResponseParser({
      head: (head) => {
        this.isLast = head.header('connection')?.toLowerCase() === 'close';
        this.current?.head?.(head);
      },
      body: (chunk) => this.current?.body?.(chunk),
      end: () => {
        const { current } = this;
        this.current = undefined;
        if (this.isLast) this.destroy();
        else onIdle(this);
        current?.end?.();
      },
    });
    this.socket = socketTo(url)
      .on('data', (chunk) => this.receive(chunk))
      .on('end', () => this.endResponse())
      .on('error', (error) => this.fail(error))
      .on('close', () => this.fail(new Error('The server closed the connection.')));
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** @param request the full text, head and body */
  send(request: string, listener: RequestListener): void {
    this.current = listener;
    this.socket.write(request);
  }

  destroy(): void {
    this.current = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private endResponse(): void {
    try {
      this.parser.close();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    const { current } = this;
    this.destroy();
    current?.fail(error);
  }
}

function socketTo({ protocol, hostname, port }: URL): Socket {
  const address = { host: hostname, port: Number(port) };
  // The measured server's certificate is its own.
  if (protocol === 'https:') return connectSecurely({ ...address, rejectUnauthorized: false }).setNoDelay();
  return connect({ ...address, noDelay: true });
}
