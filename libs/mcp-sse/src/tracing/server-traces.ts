import { context, SpanKind, trace, type Link, type SpanContext } from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import type { McpContext } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import type { ObservedServer } from '../observability/observed-server.js';
import { requestTarget, UNKNOWN } from '../observability/request-target.js';
import type { McpSessionEvent } from '../sessions/session-event.js';
import { parentOf } from './parent-of.js';
import { recordEnd } from './record-end.js';
import { requestAttributes } from './request-attributes.js';

/**
 * Makes a span of each request to one server. The conventions are still in development.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
 */
export class ServerTraces implements TrafficObserver {
  private readonly tracer = trace.getTracer('nestjs-mcp-sse');
  /** What the GETs of streams belong to, which answers go out on. */
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
    const { parent, ambient } = parentOf(params['_meta'], call.headers);
    // URIs and what is unknown would be names without number.
    const named = target.kind !== 'resource' && target.name !== UNKNOWN ? target.name : undefined;
    const stream = call.session && this.streams.get(call.session);
    const links = [ambient, stream].flatMap((linked): Link[] => (linked ? [{ context: linked }] : []));
    const span = this.tracer.startSpan(
      named === undefined ? target.method : `${target.method} ${named}`,
      { kind: SpanKind.SERVER, attributes: requestAttributes(target, params, call), links },
      parent,
    );
    const within = trace.setSpan(parent, span);
    return {
      run: (answer) => context.with(within, answer),
      end: (outcome) => recordEnd(span, outcome),
    };
  }

  /** What is refused over HTTP has no span but that of its request. */
  refusal(): void {}

  private session({ type, session }: McpSessionEvent): void {
    if (session.transport !== 'sse' || (type !== 'opened' && type !== 'resumed')) return;
    const stream = trace.getActiveSpan()?.spanContext();
    if (stream) this.streams.set(session, stream);
  }
}
