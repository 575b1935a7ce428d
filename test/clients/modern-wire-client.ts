import { MODERN, modernRpc } from '../fixtures/modern-client.js';
import { send, WireClient, type WireResponse } from './wire-client.js';

type Headers = Record<string, string>;
type Params = Record<string, any>;

/** A client of revision 2026-07-28 that exposes the wire. It has no session: each request stands for itself. */
export class ModernWireClient {
  private count = 0;

  /** @param url of the endpoint */
  constructor(
    readonly url: string,
    readonly headers: Headers = {},
  ) {}

  /** Posts a request, and reads the whole answer. */
  post(method: string, params: Params = {}, headers: Headers = {}): Promise<WireResponse> {
    return send(this.url, this.request(method, params, headers));
  }

  /** Posts a request, and returns its answer. */
  async call(method: string, params?: Params, headers?: Headers): Promise<Record<string, any>> {
    const { headers: answered, body } = await this.post(method, params, headers);
    const isStream = answered['content-type']?.startsWith('text/event-stream');
    const json = isStream ? body.slice(body.lastIndexOf('data: ') + 'data: '.length) : body;
    return JSON.parse(json) as Record<string, any>;
  }

  callTool(name: string, args: object = {}): Promise<Record<string, any>> {
    return this.call('tools/call', { name, arguments: args });
  }

  /** Posts a request whose answer is a stream. */
  stream(method: string, params: Params = {}): Promise<WireClient> {
    const { headers, body } = this.request(method, params);
    return WireClient.open(this.url, headers, body);
  }

  private request(method: string, params: Params, headers: Headers = {}) {
    const name = params['name'] ?? params['uri'];
    const message = modernRpc(++this.count, method, params);
    Object.assign(message.params['_meta'], params['_meta']);
    return {
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': MODERN,
        'mcp-method': method,
        ...(name !== undefined && { 'mcp-name': name as string }),
        ...this.headers,
        ...headers,
      },
      body: JSON.stringify(message),
    };
  }
}
