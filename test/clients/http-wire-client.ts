import { send, WireClient, type WireResponse } from './wire-client.js';

const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' };

type Headers = Record<string, string>;

interface InitializeOptions {
  version?: string;
  capabilities?: object;
  headers?: Headers;
}

/** A Streamable HTTP client that exposes the wire. */
export class HttpWireClient {
  constructor(
    readonly url: string,
    readonly headers: Headers = {},
  ) {}

  /** Opens a session. */
  static async connect(
    url: string,
    { version = '2025-11-25', capabilities = {}, headers = {} }: InitializeOptions = {},
  ): Promise<HttpWireClient> {
    const client = new HttpWireClient(url, headers);
    const { status, headers: answered, body } = await client.post(initialize(version, capabilities));
    if (status !== 200) throw new Error(`initialize answered ${status}: ${body}`);
    const connected = new HttpWireClient(url, {
      ...headers,
      'mcp-session-id': answered['mcp-session-id'] as string,
      'mcp-protocol-version': version,
    });
    await connected.post(INITIALIZED);
    return connected;
  }

  get sessionId(): string {
    return this.headers['mcp-session-id']!;
  }

  /** Posts a message or raw text, and reads the whole answer. */
  post(body: unknown, headers: Headers = {}): Promise<WireResponse> {
    return send(this.url, { headers: this.postHeaders(headers), body: textOf(body) });
  }

  /** Posts a message and reads the answer as a stream. */
  postForStream(body: unknown, headers: Headers = {}): Promise<WireClient> {
    return WireClient.open(this.url, this.postHeaders(headers), textOf(body));
  }

  /** Posts a tool call and reads the answer as a stream. */
  streamTool(id: unknown, name: string, args: object = {}, meta?: object): Promise<WireClient> {
    return this.postForStream(rpc(id, 'tools/call', { name, arguments: args, _meta: meta }));
  }

  /** Posts a request and returns its answer, which must be JSON. */
  async call(id: unknown, method: string, params?: object): Promise<Record<string, any>> {
    const { headers, body } = await this.post(rpc(id, method, params));
    if (!headers['content-type']?.startsWith('application/json')) throw new Error(`not JSON: ${body}`);
    return JSON.parse(body) as Record<string, any>;
  }

  cancel(requestId: unknown): Promise<WireResponse> {
    return this.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
  }

  /** Opens the GET stream, or resumes a lost stream. */
  open(lastEventId?: string, headers: Headers = {}): Promise<WireClient> {
    const resume: Headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return WireClient.open(this.url, { ...this.headers, ...resume, ...headers });
  }

  delete(headers: Headers = {}): Promise<WireResponse> {
    return send(this.url, { method: 'DELETE', headers: { ...this.headers, ...headers } });
  }

  private postHeaders(headers: Headers): Headers {
    return {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...this.headers,
      ...headers,
    };
  }
}

/** A request. */
export function rpc(id: unknown, method: string, params?: object): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** The request that begins a session. */
export function initialize(version = '2025-11-25', capabilities: object = {}): object {
  const clientInfo = { name: 'wire', version: '1' };
  return rpc('init', 'initialize', { protocolVersion: version, capabilities, clientInfo });
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
