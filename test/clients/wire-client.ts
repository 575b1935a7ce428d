import {
  Agent,
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';

export interface WireEvent {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data?: string;
  readonly comment?: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Headers = Record<string, string>;

/** An HTTP+SSE client that exposes the wire. */
export class WireClient {
  readonly events: WireEvent[] = [];
  private buffer = '';
  private read = 0;
  private ended = false;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly url: string,
    private readonly headers: Headers,
    private readonly clientRequest: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.parse(chunk));
    const end = () => {
      this.ended = true;
      this.wake();
    };
    response.on('end', end).on('error', end).on('close', end);
  }

  /** Opens a stream, by GET unless there is a body. Returns responses other than 200 too. */
  static open(url: string, headers: Headers = {}, body?: string): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const clientRequest = request(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept: 'text/event-stream', ...headers },
        agent: new Agent(),
      });
      clientRequest.on('response', (response) =>
        resolve(new WireClient(url, headers, clientRequest, response)),
      );
      clientRequest.on('error', reject);
      clientRequest.end(body);
    });
  }

  /** Opens a stream and reads its endpoint. */
  static async connect(url: string, headers: Headers = {}): Promise<WireClient> {
    const client = await WireClient.open(url, headers);
    await client.endpoint();
    return client;
  }

  /** The URL that messages are posted to. */
  async endpoint(): Promise<string> {
    const isEndpoint = ({ event }: WireEvent) => event === 'endpoint';
    const endpoint = this.events.find(isEndpoint) ?? (await this.next(isEndpoint));
    return new URL(endpoint.data!, this.url).href;
  }

  async sessionId(): Promise<string> {
    return new URL(await this.endpoint()).searchParams.get('sessionId')!;
  }

  /** The `Last-Event-ID` with which a client resumes this stream; set once the stream has begun. */
  get lastEventId(): string {
    return this.events.findLast(({ id }) => id !== undefined)!.id!;
  }

  /** Received text that is not (yet) an event, such as a JSON body. */
  get unparsed(): string {
    return this.buffer;
  }

  /** The next event not yet awaited. Rejects if the stream ends first. */
  async next(matches: (event: WireEvent) => boolean = () => true): Promise<WireEvent> {
    for (;;) {
      while (this.read < this.events.length) {
        const event = this.events[this.read++]!;
        if (matches(event)) return event;
      }
      if (this.ended) throw new Error('the stream ended');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The next JSON-RPC message. */
  async message(): Promise<Record<string, any>> {
    const { data } = await this.next(({ event }) => event === 'message');
    return JSON.parse(data!) as Record<string, any>;
  }

  /** The answer to the request with this id. Skips earlier messages. */
  async answer(id: unknown): Promise<Record<string, any>> {
    for (;;) {
      const message = await this.message();
      if (message['id'] === id && !('method' in message)) return message;
    }
  }

  /** Posts a message or raw text. */
  async post(body: unknown, headers: Headers = {}): Promise<WireResponse> {
    return send(await this.endpoint(), {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...this.headers, ...headers },
    });
  }

  /** Posts a request and awaits its answer. */
  async call(id: unknown, method: string, params?: object): Promise<Record<string, any>> {
    const { status, body } = await this.post({ jsonrpc: '2.0', id, method, params });
    if (status !== 202) throw new Error(`POST answered ${status}: ${body}`);
    return this.answer(id);
  }

  callTool(id: unknown, name: string, args: object = {}): Promise<Record<string, any>> {
    return this.call(id, 'tools/call', { name, arguments: args });
  }

  initialize(id: unknown = 'init'): Promise<Record<string, any>> {
    return this.call(id, 'initialize', {
      protocolVersion: '2024-11-05',
      capabilities: {},
      clientInfo: { name: 'wire', version: '1' },
    });
  }

  /** Resolves when the server has ended the stream. */
  async end(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  close(): void {
    this.clientRequest.destroy();
  }

  /** Resets the connection (RST instead of FIN). */
  reset(): void {
    this.response.socket.resetAndDestroy();
  }

  private parse(chunk: string): void {
    this.buffer += chunk;
    const blocks = this.buffer.split('\n\n');
    this.buffer = blocks.pop()!;
    for (const block of blocks) {
      const event = parseEvent(block);
      if (Object.keys(event).length > 0) this.events.push(event);
    }
    this.wake();
  }
}

/** One HTTP request. A stream opened by GET is closed at once, and so has no body. */
export function send(
  url: string,
  { method = 'POST', headers = {}, body }: { method?: string; headers?: Headers; body?: string } = {},
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const clientRequest = request(url, { method, headers, agent: new Agent() }, (response) => {
      const chunks: Buffer[] = [];
      const end = () => {
        clientRequest.destroy();
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      };
      if (method === 'GET' && response.headers['content-type']?.startsWith('text/event-stream')) return end();
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', end);
    });
    clientRequest.on('error', reject);
    clientRequest.end(body);
  });
}

function parseEvent(block: string): WireEvent {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = colon === 0 ? 'comment' : line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    fields[name] = name in fields ? `${fields[name]}\n${value}` : value;
  }
  return fields;
}
