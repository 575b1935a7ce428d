import type { Metric, Registry } from 'prom-client';
import type { McpTransportName } from '../model/session-view.js';
import type { McpSession } from '../sessions/mcp-session.js';
import type { ObservedServer } from '../observability/observed-server.js';
import { promClient } from './prom-client.js';

/** What a transport has carried since the server started, and the requests without a session that are open now. */
export class TransportFigures {
  receivedMessages = 0;
  receivedBytes = 0;
  sentMessages = 0;
  sentBytes = 0;
  replayedEvents = 0;
  unanswered = 0;
  listening = 0;
}

/** A server whose values are read at each scrape. */
export interface MeasuredServer {
  readonly name: string;
  readonly server: ObservedServer;
  readonly figures: ReadonlyMap<McpTransportName, TransportFigures>;
}

type Labels = Readonly<Record<string, string>>;
/** A value of a server, undefined if it has none, and the labels that distinguish it from the server's other values. */
type Reading = readonly [labels: Labels, value: number | undefined];

const NO_LABELS: Labels = {};

/** Registers the metrics that are read from the servers at each scrape, as the servers keep these values anyway. */
export function registerReadings(registry: Registry, servers: ReadonlySet<MeasuredServer>): void {
  const collect = (
    metric: Metric,
    set: (labels: Labels, value: number) => void,
    of: (server: MeasuredServer) => Reading[],
  ) => {
    metric.reset();
    for (const server of servers)
      for (const [labels, value] of of(server))
        if (value !== undefined) set({ server: server.name, ...labels }, value);
  };
  const { package: prom } = promClient;
  const registers = [registry];

  const counter = (name: string, help: string, label: string, of: (server: MeasuredServer) => Reading[]) =>
    new prom.Counter({
      name: `mcp_${name}_total`,
      help,
      labelNames: ['server', label],
      registers,
      collect() {
        collect(this, (labels, value) => this.inc(labels, value), of);
      },
    });
  const total = (name: string, help: string, of: (figures: TransportFigures) => number) =>
    counter(name, help, 'transport', (server) => readings(server, of));
  const gauge = (name: string, help: string, labels: string[], of: (server: MeasuredServer) => Reading[]) =>
    new prom.Gauge({
      name: `mcp_${name}`,
      help,
      labelNames: ['server', ...labels],
      registers,
      collect() {
        collect(this, (at, value) => this.inc(at, value), of);
      },
    });
  const perTransport = (
    name: string,
    help: string,
    of: (session: McpSession) => number,
    ofRequests?: (figures: TransportFigures) => number,
  ) => gauge(name, help, ['transport'], (server) => sums(server, of, ofRequests));
  const perServer = (
    name: string,
    help: string,
    of: (server: MeasuredServer['server']) => number | undefined,
  ) => gauge(name, help, [], ({ server }) => [[NO_LABELS, of(server)]]);

  total('received_messages', 'Messages of clients', ({ receivedMessages }) => receivedMessages);
  total('received_bytes', 'What carried the messages of clients', ({ receivedBytes }) => receivedBytes);
  total('sent_messages', 'Messages to clients', ({ sentMessages }) => sentMessages);
  total('sent_bytes', 'Bytes of the messages to clients', ({ sentBytes }) => sentBytes);
  total(
    'replayed_events',
    'Events sent once more to a client that came back',
    ({ replayedEvents }) => replayedEvents,
  );
  counter(
    'cluster_unreadable',
    'What other nodes or Redis had to say and cannot be read, by what it was',
    'kind',
    ({ server }) =>
      Object.entries(server.cluster?.reports.unread ?? {}).map(([kind, value]) => [{ kind }, value]),
  );
  perTransport('sessions_open', 'Sessions that are open here', () => 1);
  perTransport(
    'requests_in_flight',
    'Requests that have no answer yet',
    ({ inFlight }) => inFlight,
    ({ unanswered }) => unanswered,
  );
  gauge('listen_streams_open', 'Streams of subscriptions/listen that are open', ['transport'], (server) =>
    readings(server, ({ listening }) => listening),
  );
  perTransport('queue_bytes', 'Characters that wait for clients', ({ queuedBytes }) => queuedBytes);
  perTransport(
    'replay_bytes',
    'Characters that wait, or are kept for clients that come back',
    ({ outlet }) => outlet.keptBytes,
  );
  perServer('sessions_max', 'Sessions that may be open here', ({ options }) => options.limits.maxSessions);
  perServer('memory_bytes', 'What sessions hold together', ({ sessions }) => sessions.memory.bytes);
  perServer('memory_max_bytes', 'What sessions may hold together', ({ options }) => options.limits.maxBytes);
  perServer('draining', 'Whether the node is being taken out of service', ({ sessions }) =>
    Number(sessions.draining),
  );
  perServer(
    'cluster_up',
    'Whether what the nodes share can be reached',
    ({ cluster }) => cluster && Number(cluster.isReachable),
  );
}

function readings({ figures }: MeasuredServer, of: (figures: TransportFigures) => number): Reading[] {
  return [...figures].map(([transport, each]) => [{ transport }, of(each)]);
}

/** @param ofRequests what the requests without a session add */
function sums(
  { server, figures }: MeasuredServer,
  of: (session: McpSession) => number,
  ofRequests: (figures: TransportFigures) => number = () => 0,
): Reading[] {
  const found = new Map<McpTransportName, number>();
  for (const [transport, each] of figures) found.set(transport, ofRequests(each));
  for (const session of server.sessions.list())
    found.set(session.transport, (found.get(session.transport) ?? 0) + of(session));
  return [...found].map(([transport, value]) => [{ transport }, value]);
}
