import { ResponseHead } from './response-head.js';

/** Receives the parts of a response in order. */
export interface ResponseListener {
  head(head: ResponseHead): void;
  body(chunk: Buffer): void;
  end(): void;
}

type State = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close';

const NOTHING = Buffer.alloc(0);
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/** Reads the responses of one HTTP/1.1 connection, one after the other. Requests are never HEAD or CONNECT. */
export class HttpResponseParser {
  private state: State = 'head';
  /** Received data that is still incomplete. */
  private waiting: Buffer = NOTHING;
  /** Bytes of the body or chunk that are still to come. */
  private left = 0;

  constructor(private readonly listener: ResponseListener) {}

  /** @throws {SyntaxError} if the data is not HTTP */
  push(data: Buffer): void {
    let rest = this.waiting.length === 0 ? data : Buffer.concat([this.waiting, data]);
    while (rest.length > 0) {
      const used = this.step(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    this.waiting = rest;
  }

  /**
   * Handles the end of the connection.
   *
   * @throws {SyntaxError} if a response was incomplete
   */
  close(): void {
    if (this.state === 'until-close') this.finish();
    else if (this.state !== 'head' || this.waiting.length > 0)
      throw new SyntaxError(`The connection ended within a response (${this.state}).`);
  }

  /** @returns the number of bytes used; 0 if more are needed */
  private step(data: Buffer): number {
    switch (this.state) {
      case 'head':
        return this.readHead(data);
      case 'length':
      case 'chunk':
        return this.readBody(data);
      case 'chunk-size':
        return this.readChunkSize(data);
      case 'chunk-end':
        return this.readLine(data, () => (this.state = 'chunk-size'));
      case 'trailer':
        return this.readLine(data, (line) => line === '' && this.finish());
      case 'until-close':
        this.listener.body(data);
        return data.length;
    }
  }

  private readHead(data: Buffer): number {
    const end = data.indexOf(HEAD_END);
    if (end < 0) return 0;
    const head = new ResponseHead(data.toString('latin1', 0, end));
    if (head.status >= 200) this.startBody(head);
    return end + HEAD_END.length;
  }

  private startBody(head: ResponseHead): void {
    const length = head.header('content-length');
    const hasNone = head.status === 204 || head.status === 304 || length === '0';
    if (head.header('transfer-encoding')?.toLowerCase() === 'chunked') this.state = 'chunk-size';
    else if (length === undefined) this.state = 'until-close';
    else this.state = 'length';
    this.left = Number(length ?? 0);
    this.listener.head(head);
    if (hasNone) this.finish();
  }

  private readBody(data: Buffer): number {
    const chunk = data.subarray(0, this.left);
    this.left -= chunk.length;
    this.listener.body(chunk);
    if (this.left === 0) {
      if (this.state === 'length') this.finish();
      else this.state = 'chunk-end';
    }
    return chunk.length;
  }

  private readChunkSize(data: Buffer): number {
    return this.readLine(data, (line) => {
      this.left = Number.parseInt(line, 16);
      if (Number.isNaN(this.left)) throw new SyntaxError(`"${line}" is not the size of a chunk.`);
      this.state = this.left === 0 ? 'trailer' : 'chunk';
    });
  }

  private readLine(data: Buffer, use: (line: string) => void): number {
    const end = data.indexOf(LINE_END);
    if (end < 0) return 0;
    use(data.toString('latin1', 0, end));
    return end + LINE_END.length;
  }

  private finish(): void {
    this.state = 'head';
    this.listener.end();
  }
}
