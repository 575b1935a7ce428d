import type { Subscription } from 'rxjs';
import type { McpContext } from '../model/mcp-context.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type {
  MessageObserver,
  MessageSource,
  ObservedRequest,
  TrafficObserver,
} from '../model/traffic-observer.js';
import type { ObservedServer } from '../observability/observed-server.js';
import { Refusal, requestOutcome } from '../observability/request-outcome.js';
import { requestTarget } from '../observability/request-target.js';
import type { McpSessionEvent } from '../sessions/session-event.js';
import type { MetricSet } from './metric-set.js';
import { type MeasuredServer, TransportFigures } from './register-readings.js';

type Params = Readonly<Record<string, unknown>>;

/** Records the metrics of one server. */
export class ServerMetrics implements MeasuredServer, TrafficObserver, MessageObserver {
  /** Plain sums, because incrementing a metric for every message would cost more. */
  readonly figures = new Map<McpTransportName, TransportFigures>();
  private readonly stops: (() => void)[];
  private readonly subscription: Subscription;

  constructor(
    readonly server: ObservedServer,
    private readonly metrics: MetricSet,
  ) {
    const { options, traffic, sessions } = server;
    // Present from the start, so that an alert can compare with 0.
    if (options.protocol.legacy) this.figures.set('sse', new TransportFigures());
    if (options.http) this.figures.set('streamable-http', new TransportFigures());
    this.stops = [traffic.add(this), traffic.addForMessages(this)];
    this.subscription = sessions.events$.subscribe((event) => this.session(event));
    metrics.servers.add(this);
  }

  get name(): string {
    return this.server.options.name;
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.subscription.unsubscribe();
    this.metrics.servers.delete(this);
  }

  request(method: string, params: Params, { era, session, transport }: McpContext): ObservedRequest {
    const { method: known, name = '' } = requestTarget(this.server.registry, method, params);
    const labels = { server: this.name, method: known, name };
    const figures = session ? undefined : this.of(transport);
    const open = method === 'subscriptions/listen' ? 'listening' : 'unanswered';
    if (figures) figures[open]++;
    const start = performance.now();
    const end: ObservedRequest['end'] = (ended) => {
      const { outcome, refusal, tooLarge } = requestOutcome(ended);
      if (figures) figures[open]--;
      this.metrics.durations.observe(labels, (performance.now() - start) / 1_000);
      this.metrics.requests.inc({ ...labels, era, outcome });
      if (refusal) this.deny(refusal);
      if (tooLarge) this.metrics.tooLarge.inc({ ...labels, answer: tooLarge });
    };
    return { end };
  }

  refusal(_request: object, error: unknown, status: number): void {
    const refusal = Refusal.ofRoute(error, status);
    if (refusal) this.deny(refusal);
  }

  received({ transport }: MessageSource, received: readonly { readonly bytes: number }[]): void {
    const figures = this.of(transport);
    figures.receivedMessages += received.length;
    figures.receivedBytes += received[0]?.bytes ?? 0;
  }

  sent({ transport }: MessageSource, json: string): void {
    const figures = this.of(transport);
    figures.sentMessages++;
    figures.sentBytes += Buffer.byteLength(json);
  }

  replayed({ transport }: McpSessionView, events: number): void {
    this.of(transport).replayedEvents += events;
  }

  routed(): void {
    this.metrics.routed.inc({ server: this.name });
  }

  private of(transport: McpTransportName): TransportFigures {
    let figures = this.figures.get(transport);
    if (!figures) this.figures.set(transport, (figures = new TransportFigures()));
    return figures;
  }

  private deny({ reason }: Refusal): void {
    this.metrics.denials.inc({ server: this.name, reason });
  }

  private session(event: McpSessionEvent): void {
    const { metrics } = this;
    const labels = { server: this.name, transport: event.session.transport };
    metrics.sessions[event.type].inc(event.type === 'closed' ? { ...labels, reason: event.reason } : labels);
    if (event.type === 'closed') metrics.orphaned.inc(labels, event.orphaned);
    if (event.type === 'adopted') metrics.lost.inc(labels, event.lost);
  }
}
