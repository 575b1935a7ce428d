import { setTimeout as delay } from 'node:timers/promises';
import { ProcessCluster } from '../../fixtures/process-cluster.js';
import { startTcpProxy, type TcpProxy } from '../../fixtures/tcp-proxy.js';
import { Random } from './random.js';
import { HttpVisitor } from './http-visitor.js';
import { keysLeft } from './keys-left.js';
import type { Figures } from './ledger.js';
import { SseVisitor } from './sse-visitor.js';
import type { Visitor } from './visitor.js';

const NODES = 3;
const CLIENTS_OF_EACH_TRANSPORT = 50;
const CUTS_PER_SECOND = 5;
const REDIS_PAUSE_MS = 3_000;
/** How long after the last call was made answers may come, and clients may take to leave. */
const PATIENCE_MS = 30_000;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Told what happens. */
  readonly report: (line: string) => void;
}

export interface ChaosOutcome {
  readonly figures: Figures;
  /** What must not happen, in words. */
  readonly faults: readonly string[];
}

/**
 * Clients of both transports call the nodes of a cluster while their connections are cut, one node is stopped and
 * another one killed, and Redis does not answer for a while: one failure of the cluster at a time.
 */
export async function runChaos({ seconds, seed, report }: ChaosOptions): Promise<ChaosOutcome> {
  const random = new Random(seed);
  const cluster = await ProcessCluster.start({ nodes: NODES });
  const network = await startTcpProxy(cluster.nginx.port);
  try {
    const visitors = await openAll(network.url, random.fork());
    report(`${visitors.length} clients`);
    const over = new AbortController();
    const end = Promise.all([delay(seconds * 1_000), failOneByOne(cluster, seconds, report)]);
    const [cuts] = await Promise.all([
      cutConnections(network, random.fork(), over.signal),
      patiently(
        visitors.map((visitor) => visitor.visit(over.signal)),
        end,
      ),
      end.finally(() => over.abort()),
    ]);
    report(`${cuts} connections cut`);
    report(`refused: ${JSON.stringify(refusals(visitors))}`);
    await patiently(visitors.map((visitor) => visitor.leave()));
    await cluster.stopNodes();
    const keys = await keysLeft(cluster.redis.url);
    return outcome(visitors, [...cluster.crashes, ...keys]);
  } catch (error) {
    throw new Error(['The run did not come to its end.', ...cluster.crashes].join('\n'), { cause: error });
  } finally {
    await network.close();
    await cluster.stop();
  }
}

/** Resolves when all is done, or too much time has passed since then. */
function patiently(
  all: readonly Promise<void>[],
  since: Promise<unknown> = Promise.resolve(),
): Promise<unknown> {
  return Promise.race([Promise.all(all), since.then(() => delay(PATIENCE_MS, undefined, { ref: false }))]);
}

function openAll(url: string, random: Random): Promise<Visitor[]> {
  const numbers = Array.from({ length: CLIENTS_OF_EACH_TRANSPORT }, (_, number) => number);
  return Promise.all(
    numbers.flatMap<Promise<Visitor>>((number) => [
      SseVisitor.open(url, `sse${number}`, random.fork()),
      HttpVisitor.open(url, `http${number}`, random.fork()),
    ]),
  );
}

/** One failure of the cluster after the other, each when the one before is over. */
async function failOneByOne(
  cluster: ProcessCluster,
  seconds: number,
  report: ChaosOptions['report'],
): Promise<void> {
  const failures: [what: string, failure: () => Promise<unknown>][] = [
    ['a node gets SIGTERM', () => cluster.replace(0, 'SIGTERM').then(assertInOrder)],
    ['a node gets SIGKILL', () => cluster.replace(1, 'SIGKILL')],
    ['Redis is paused', () => pause(cluster)],
  ];
  for (const [what, failure] of failures) {
    await delay((seconds * 1_000) / 8);
    report(what);
    await failure();
    report('and is back');
  }
  await delay((seconds * 1_000) / 8);
}

function assertInOrder(code: unknown): void {
  if (code !== 0) throw new Error(`A node that was told to stop exited with ${code}.`);
}

async function pause({ redis }: ProcessCluster): Promise<void> {
  redis.pause();
  await delay(REDIS_PAUSE_MS);
  redis.resume();
}

async function cutConnections(network: TcpProxy, random: Random, until: AbortSignal): Promise<number> {
  let cuts = 0;
  while (!until.aborted) {
    await delay(random.below(2_000 / CUTS_PER_SECOND));
    const { connections } = network;
    if (connections.length === 0) continue;
    const socket = random.pick(connections);
    if (random.chance(0.5)) socket.resetAndDestroy();
    else socket.destroy();
    cuts++;
  }
  return cuts;
}

function refusals(visitors: readonly Visitor[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const visitor of visitors)
    for (const [what, count] of visitor.refusals) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}

function outcome(visitors: readonly Visitor[], others: readonly string[]): ChaosOutcome {
  const figures: Figures = {
    requests: 0,
    results: 0,
    lost: 0,
    unanswered: 0,
    duplicated: 0,
    outOfOrder: 0,
  };
  for (const { ledger } of visitors)
    for (const [name, count] of Object.entries(ledger.figures)) figures[name as keyof Figures] += count;
  const unanswered = visitors.flatMap(({ ledger }) => ledger.unanswered).map((id) => `never answered: ${id}`);
  const faults = visitors.flatMap(({ ledger }) => ledger.faults);
  return { figures, faults: [...faults, ...unanswered, ...others] };
}
