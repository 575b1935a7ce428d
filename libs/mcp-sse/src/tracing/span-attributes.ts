import type { Attributes } from '@opentelemetry/api';
import type { McpContext } from '../model/mcp-context.js';
import { clipped } from '../observability/audit/clipped.js';
import { sessionDigest } from '../model/session-digest.js';
import type { RequestTarget } from '../observability/request-target.js';

/**
 * The attributes of a request's span, named by the semantic conventions. The session appears as its digest, as in the
 * audit trail: its id alone may be enough to use the session.
 */
export function spanAttributes(
  { method, kind }: RequestTarget,
  params: Readonly<Record<string, unknown>>,
  { requestId, session, protocolVersion, request }: McpContext,
): Attributes {
  const isTool = kind === 'tool';
  const { ip, httpVersion } = { ...httpOf(request) };
  const isHttp = session ? session.transport !== 'stdio' : httpVersion !== undefined;
  return {
    'mcp.method.name': method,
    'mcp.session.id': session && sessionDigest(session),
    'mcp.protocol.version': protocolVersion,
    'jsonrpc.request.id': clipped(String(requestId)),
    'gen_ai.operation.name': isTool ? 'execute_tool' : undefined,
    'gen_ai.tool.name': isTool ? clipped(params['name']) : undefined,
    'gen_ai.prompt.name': kind === 'prompt' ? clipped(params['name']) : undefined,
    'mcp.resource.uri': kind === 'resource' ? clipped(params['uri']) : undefined,
    'network.transport': isHttp ? 'tcp' : 'pipe',
    'network.protocol.name': isHttp ? 'http' : undefined,
    'network.protocol.version': isHttp ? httpVersion : undefined,
    'client.address': ip,
  };
}

/** Express's request is Node's own; Fastify's has it as `raw`; a request relayed from another node has neither. */
function httpOf(request: unknown): { readonly ip?: string; readonly httpVersion?: string } {
  const { ip, httpVersion, raw } = (request ?? {}) as {
    ip?: string;
    httpVersion?: string;
    raw?: { httpVersion?: string };
  };
  return { ip, httpVersion: httpVersion ?? raw?.httpVersion };
}
