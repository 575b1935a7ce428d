import type { Link, SpanContext } from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import type { McpContext } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import type { ObservedServer } from '../observability/observed-server.js';
import { requestTarget, UNKNOWN } from '../observability/request-target.js';
import type { McpSessionEvent } from '../sessions/session-event.js';
import { openTelemetry } from './opentelemetry.js';
import { parentOf } from './parent-of.js';
import { claimedAttributes, recordEnd, requestAttributes } from './request-span.js';

/**
 * Makes a span of each request to one server. The conventions that it follows are still in development.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 */
export class ServerTraces implements TrafficObserver {
  private readonly api = openTelemetry.package;
  private readonly tracer = this.api.trace.getTracer('nestjs-mcp-sse');
  /** The spans of the GETs that opened the streams. Answers go out on those. */
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

  request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    call: McpContext,
    _bytes: number,
    via?: string,
  ): ObservedRequest {
    const { context, SpanKind, trace } = this.api;
    const target = requestTarget(this.server.registry, method, params);
    const { parent, ambient } = parentOf(params['_meta'], call.headers);
    // The number of span names must be limited, so URIs and unknown names are left out.
    const named = target.kind !== 'resource' && target.name !== UNKNOWN ? target.name : undefined;
    const stream = call.session && this.streams.get(call.session);
    const links = [ambient, stream].flatMap((linked): Link[] => (linked ? [{ context: linked }] : []));
    const span = this.tracer.startSpan(
      named === undefined ? target.method : `${target.method} ${named}`,
      {
        kind: SpanKind.SERVER,
        attributes: requestAttributes(target, params, call, via),
        links,
      },
      parent,
    );
    const within = trace.setSpan(parent, span);
    return {
      run: (answer) => context.with(within, answer),
      end: (outcome) => recordEnd(span, outcome),
    };
  }

  /** A refusal over HTTP has the span of its HTTP request only, which is told what that asked for. */
  refusal(request: object): void {
    this.api.trace.getActiveSpan()?.setAttributes(claimedAttributes(request));
  }

  private session({ type, session }: McpSessionEvent): void {
    if (session.transport !== 'sse' || (type !== 'opened' && type !== 'resumed')) return;
    const stream = this.api.trace.getActiveSpan()?.spanContext();
    if (stream) this.streams.set(session, stream);
  }
}
