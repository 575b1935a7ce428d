import {
  context,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import type { McpContext } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import type { ObservedServer } from '../observability/observed-server.js';
import { requestTarget, UNKNOWN } from '../observability/request-target.js';
import type { McpSessionEvent } from '../sessions/session-event.js';
import { spanParent } from './span-parent.js';
import { spanAttributes } from './span-attributes.js';
import { ToolFailure } from '../execution/tool-result.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/**
 * Creates the spans of one server's requests. The conventions are still in development.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 */
export class ServerTraces implements TrafficObserver {
  private readonly tracer = trace.getTracer('nestjs-mcp-sse');
  /** The spans of the GETs that opened each session's stream, which carries the responses. */
  private readonly streams = new WeakMap<McpSessionView, SpanContext>();
  private readonly remove: () => void;
  private readonly subscription: Subscription;

  constructor(private readonly server: ObservedServer) {
    this.remove = server.traffic.add(this);
    this.subscription = server.sessions.events$.subscribe((event) => this.session(event));
  }

  stop(): void {
    this.remove();
    this.subscription.unsubscribe();
  }

  request(method: string, params: Readonly<Record<string, unknown>>, call: McpContext): ObservedRequest {
    const target = requestTarget(this.server.registry, method, params);
    const { parent, ambient } = spanParent(params['_meta'], call.headers);
    // URIs and unknown names would give an unbounded number of span names.
    const named = target.kind !== 'resource' && target.name !== UNKNOWN ? target.name : undefined;
    const stream = call.session && this.streams.get(call.session);
    const links = [ambient, stream].flatMap((linked): Link[] => (linked ? [{ context: linked }] : []));
    const span = this.tracer.startSpan(
      named === undefined ? target.method : `${target.method} ${named}`,
      { kind: SpanKind.SERVER, attributes: spanAttributes(target, params, call), links },
      parent,
    );
    const within = trace.setSpan(parent, span);
    return {
      run: (answer) => context.with(within, answer),
      end: (outcome) => endSpan(span, outcome),
    };
  }

  /** A refusal over HTTP belongs to the span of its HTTP request. */
  refusal(): void {}

  private session({ type, session }: McpSessionEvent): void {
    if (session.transport !== 'sse' || (type !== 'opened' && type !== 'resumed')) return;
    const stream = trace.getActiveSpan()?.spanContext();
    if (stream) this.streams.set(session, stream);
  }
}

/**
 * Ends the span of a request with its outcome.
 *
 * @param outcome as passed to `ObservedRequest.end`
 */
function endSpan(span: Span, outcome: object | undefined): void {
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
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
