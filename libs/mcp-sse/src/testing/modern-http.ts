import {
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { mirroringHeader } from '../model/mirrored-header.js';
import { ModernTransport } from './modern-transport.js';

/** The modern era over Streamable HTTP. Tools whose arguments are repeated in headers cannot be called. */
export function modernHttp(url: URL, options: StreamableHTTPClientTransportOptions): ModernTransport {
  const requests = new Map<RequestId, AbortController>();
  const post = async (target: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { id, method, params } = JSON.parse(init.body as string) as JSONRPCRequest;
    const headers = new Headers(init.headers);
    headers.set('mcp-method', method);
    const name = params?.['name'] ?? params?.['uri'] ?? params?.['taskId'];
    if (typeof name === 'string') headers.set('mcp-name', mirroringHeader(name));
    const request = new AbortController();
    requests.set(id, request);
    const signal = init.signal ? AbortSignal.any([init.signal, request.signal]) : request.signal;
    return readable(await fetch(target, { ...init, headers, signal }));
  };
  // A client cancels a request by its connection.
  const cancel = async (id: RequestId): Promise<void> => requests.get(id)?.abort();
  return new ModernTransport(
    new StreamableHTTPClientTransport(url, { ...options, fetch: post }),
    (cancelled) => cancel(cancelled.params?.['requestId'] as RequestId),
  );
}

/** The SDK's version 1 reads JSON-RPC errors only from responses with status 200. */
async function readable(response: Response): Promise<Response> {
  if (response.ok || !response.headers.get('content-type')?.startsWith('application/json')) return response;
  const text = await response.text();
  const { jsonrpc, id } = JSON.parse(text) as { jsonrpc?: unknown; id?: unknown };
  const status = jsonrpc === '2.0' && id !== null && id !== undefined ? 200 : response.status;
  return new Response(text, { status, headers: response.headers });
}
