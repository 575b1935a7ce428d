import type { Counter, Histogram, Registry } from 'prom-client';
import type { McpSessionEvent } from '../sessions/session-event.js';
import { promClient } from './prom-client.js';
import { type MeasuredServer, registerReadings } from './register-readings.js';

/** In seconds, as OpenTelemetry's semantic conventions for MCP advise. */
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const sets = new WeakMap<Registry, MetricSet>();

/** The metrics of the servers that share a registry. */
export class MetricSet {
  readonly servers = new Set<MeasuredServer>();
  readonly requests: Counter;
  readonly durations: Histogram;
  readonly denials: Counter;
  readonly tooLarge: Counter;
  readonly routed: Counter;
  readonly orphaned: Counter;
  readonly lost: Counter;
  readonly sessions: Readonly<Record<McpSessionEvent['type'], Counter>>;

  private constructor(registry: Registry) {
    const { package: prom } = promClient;
    const registers = [registry];
    const counter = (name: string, help: string, ...labels: string[]) =>
      new prom.Counter({ name: `mcp_${name}_total`, help, labelNames: ['server', ...labels], registers });

    this.requests = counter(
      'requests',
      'Requests that have ended, by how',
      'method',
      'name',
      'era',
      'outcome',
    );
    this.durations = new prom.Histogram({
      name: 'mcp_request_duration_seconds',
      help: 'How long requests took',
      labelNames: ['server', 'method', 'name'],
      buckets: BUCKETS,
      registers,
    });
    this.denials = counter('denials', 'What was refused, over HTTP or in a call, by the reason', 'reason');
    this.tooLarge = counter(
      'results_too_large',
      'Results that were larger than their limit, by what was sent instead',
      'method',
      'name',
      'answer',
    );
    this.routed = counter('routed_posts', 'POSTs for sessions that another node has');
    this.orphaned = counter(
      'requests_orphaned',
      'Requests of sessions that ended whose answers no client came back for',
      'transport',
    );
    this.lost = counter(
      'requests_lost',
      'Requests that another node had left, answered here with an error',
      'transport',
    );
    this.sessions = {
      opened: counter('sessions_opened', 'Sessions that began here', 'transport'),
      closed: counter('sessions_closed', 'Sessions that ended here, by the reason', 'transport', 'reason'),
      adopted: counter('sessions_adopted', 'Sessions of other nodes that went on here', 'transport'),
      resumed: counter('sessions_resumed', 'Sessions whose client came back to its stream', 'transport'),
      expired: counter('sessions_expired', 'Streams that ended with the token of their session', 'transport'),
      trimmed: counter(
        'replays_trimmed',
        'Sessions that gave up what they kept for a client that comes back, for the memory of all',
        'transport',
      ),
      cut: counter('clients_cut', 'Clients that were disconnected because they did not read', 'transport'),
    };
    registerReadings(registry, this.servers);
  }

  /** Returns the set of a registry, which several applications of a process may share. */
  static of(registry: Registry): MetricSet {
    let set = sets.get(registry);
    if (!set) sets.set(registry, (set = new MetricSet(registry)));
    return set;
  }
}
