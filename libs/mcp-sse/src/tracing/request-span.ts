import type { Attributes, Span } from '@opentelemetry/api';
import { ToolFailure } from '../execution/tool-result.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { McpContext } from '../model/mcp-context.js';
import { sessionDigest } from '../model/session-view.js';
import { clipped } from '../observability/audit/audit-values.js';
import { claimedTarget, type RequestTarget } from '../observability/request-target.js';
import { openTelemetry } from './opentelemetry.js';

/**
 * The attributes of a request's span when it starts, named as the OpenTelemetry conventions do. The session's id is a
 * secret, so its digest is used, as in the audit trail.
 *
 * @param via the tool that the call came through, if it did
 */
export function requestAttributes(
  { method, kind }: RequestTarget,
  params: Readonly<Record<string, unknown>>,
  { requestId, session, transport, protocolVersion, request }: McpContext,
  via?: string,
): Attributes {
  const { ip, httpVersion } = { ...httpOf(request) };
  const isHttp = transport !== 'stdio';
  return {
    'mcp.method.name': method,
    'mcp.session.id': session && sessionDigest(session),
    'mcp.protocol.version': protocolVersion,
    'jsonrpc.request.id': clipped(String(requestId)),
    ...targetAttributes(kind, params['name'], params['uri']),
    'mcp.tool.via': via,
    'network.transport': isHttp ? 'tcp' : 'pipe',
    'network.protocol.name': isHttp ? 'http' : undefined,
    'network.protocol.version': isHttp ? httpVersion : undefined,
    'client.address': ip,
  };
}

/** What a request that was refused over HTTP asked for, by its headers. */
export function claimedAttributes(request: object): Attributes {
  const { method, kind, name } = claimedTarget(request);
  return method === undefined ? {} : { 'mcp.method.name': method, ...targetAttributes(kind, name, name) };
}

function targetAttributes(kind: string | undefined, name: unknown, uri: unknown): Attributes {
  switch (kind) {
    case 'tool':
      return { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': clipped(name) };
    case 'prompt':
      return { 'gen_ai.prompt.name': clipped(name) };
    case 'resource':
      return { 'mcp.resource.uri': clipped(uri) };
    default:
      return {};
  }
}

/** Express's request is Node's own, and Fastify's has it. A request that came to another node has neither. */
function httpOf(request: unknown): { readonly ip?: string; readonly httpVersion?: string } {
  const { ip, httpVersion, raw } = (request ?? {}) as {
    ip?: string;
    httpVersion?: string;
    raw?: { httpVersion?: string };
  };
  return { ip, httpVersion: httpVersion ?? raw?.httpVersion };
}

/**
 * Ends the span of a request.
 *
 * @param outcome as {@link ObservedRequest.end} gets it
 */
export function recordEnd(span: Span, outcome: object | undefined): void {
  if (!outcome) fail(span, 'cancelled');
  else if (outcome instanceof JsonRpcError) {
    span.setAttribute('rpc.response.status_code', String(outcome.code));
    fail(span, String(outcome.code), outcome.message);
  } else if ((outcome as { isError?: unknown }).isError) {
    const cause = ToolFailure.causeOf(outcome);
    if (cause instanceof Error) span.recordException(cause);
    fail(span, 'tool_error');
  }
  span.end();
}

function fail(span: Span, type: string, message?: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: openTelemetry.package.SpanStatusCode.ERROR, message });
}
