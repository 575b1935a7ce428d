import { MODERN } from './modern-client.js';
import { send, WireClient, type WireResponse } from './wire-client.js';

/** A JSON-RPC message as it was received. */
export type Message = Record<string, any>;

type Headers = Record<string, string>;

/** A request of revision 2026-07-28 as it stands on the wire. @param capabilities of the client */
export function modernRpc(
  id: number | string,
  method: string,
  params: object = {},
  capabilities: object = {},
) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } };
}

/** A request with another member of `_meta`, or without it. */
export function withMeta(message: Message, name: string, value?: unknown): Message {
  const { [name]: _replaced, ...others } = message['params']['_meta'] as Message;
  const meta = value === undefined ? others : { ...others, [name]: value };
  return { ...message, params: { ...message['params'], _meta: meta } };
}

/**
 * Posts a message of any shape with the headers that mirror it, and leaves the response to the test.
 *
 * @param headers added to those of the message; one that is undefined is left out
 */
export function postModern(
  url: string,
  message: unknown,
  headers: Record<string, string | undefined> = {},
  signal?: AbortSignal,
  query = '',
): Promise<Response> {
  const sent = Object.entries({ ...mirroringHeaders(message), ...headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return fetch(`${url}/mcp${query}`, { method: 'POST', headers: sent, body, signal });
}

/** A client of revision 2026-07-28 that exposes the wire. It has no session: each request stands for itself. */
export class ModernWireClient {
  private count = 0;

  /** @param url of the endpoint */
  constructor(
    readonly url: string,
    readonly headers: Headers = {},
  ) {}

  /** Posts a request, and reads the whole answer. */
  post(method: string, params: Message = {}, headers: Headers = {}): Promise<WireResponse> {
    return send(this.url, this.request(method, params, headers));
  }

  /** Posts a request, and returns its answer. */
  async call(method: string, params?: Message, headers?: Headers): Promise<Message> {
    const { headers: answered, body } = await this.post(method, params, headers);
    const isStream = answered['content-type']?.startsWith('text/event-stream');
    const json = isStream ? body.slice(body.lastIndexOf('data: ') + 'data: '.length) : body;
    return JSON.parse(json) as Message;
  }

  callTool(name: string, args: object = {}): Promise<Message> {
    return this.call('tools/call', { name, arguments: args });
  }

  /** Posts a request whose answer is a stream. */
  stream(method: string, params: Message = {}): Promise<WireClient> {
    const { headers, body } = this.request(method, params);
    return WireClient.open(this.url, headers, body);
  }

  private request(method: string, params: Message, headers: Headers = {}) {
    const message = modernRpc(++this.count, method, params);
    Object.assign(message.params['_meta'], params['_meta']);
    return {
      headers: { ...mirroringHeaders(message), ...this.headers, ...headers },
      body: JSON.stringify(message),
    };
  }
}

export function mirroringHeaders(message: unknown): Headers {
  const { method, params } = (typeof message === 'object' ? message : {}) as Message;
  const name = (params?.['name'] ?? params?.['uri'] ?? params?.['taskId']) as string | undefined;
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': MODERN,
    ...(method !== undefined && { 'mcp-method': method as string }),
    ...(name !== undefined && { 'mcp-name': name }),
  };
}
