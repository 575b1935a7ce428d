import { setTimeout as delay } from 'node:timers/promises';
import { ProcessCluster } from '../../fixtures/process-cluster.js';
import { startTcpProxy, type TcpProxy } from '../../fixtures/tcp-proxy.js';
import { FAILURES, type FailureName } from './failures.js';
import { Random } from './random.js';
import { HttpVisitor } from './http-visitor.js';
import { keysLeft } from './keys-left.js';
import type { Figures } from './ledger.js';
import { SseVisitor } from './sse-visitor.js';
import type { Visitor } from './visitor.js';

const NODES = 3;
const CLIENTS_OF_EACH_TRANSPORT = 50;
const CUTS_PER_SECOND = 5;
/** Time limit for answers after the last call, and for clients to leave. */
const PATIENCE_MS = 30_000;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Whether clients' connections are cut continually. */
  readonly hasCuts: boolean;
  readonly failures: readonly FailureName[];
  /** Receives progress messages. */
  readonly report: (line: string) => void;
}

export interface ChaosOutcome {
  readonly figures: Figures;
  /** Descriptions of the faults. */
  readonly faults: readonly string[];
}

/**
 * Runs clients of both transports against a cluster while the given failures happen one at a time, with or without
 * cutting the clients' connections.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const { seconds, seed, hasCuts, report } = options;
  const random = new Random(seed);
  const cluster = await ProcessCluster.start({ nodes: NODES });
  const network = await startTcpProxy(cluster.nginx.port);
  try {
    const visitors = await openAll(network.url, random.fork());
    report(`${visitors.length} clients`);
    const over = new AbortController();
    const end = Promise.all([delay(seconds * 1_000), failOneByOne(cluster, visitors, options)]);
    const [cuts] = await Promise.all([
      hasCuts ? cutConnections(network, random.fork(), over.signal) : 0,
      patiently(
        visitors.map((visitor) => visitor.visit(over.signal)),
        end,
      ),
      end.finally(() => over.abort()),
    ]);
    report(`${cuts} connections cut`);
    report(`answers were late by ${percentiles(visitors.flatMap(({ delays }) => delays))}`);
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

/** Resolves when all work is done or the time limit has passed. */
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

/** Runs the failures one after the other. */
async function failOneByOne(
  cluster: ProcessCluster,
  visitors: readonly Visitor[],
  { seconds, failures, report }: ChaosOptions,
): Promise<void> {
  const calmMs = (seconds * 1_000) / (failures.length + 1) / 2;
  await delay(calmMs);
  for (const name of failures) {
    const { what, happen } = FAILURES[name];
    report(what);
    const before = refusals(visitors);
    const known = visitors.map(({ delays }) => delays.length);
    await happen(cluster, report);
    report('and is back');
    await delay(calmMs);
    const delays = visitors.flatMap((visitor, index) => visitor.delays.slice(known[index]));
    report(`meanwhile and since, answers were late by ${percentiles(delays)}`);
    report(`and refused: ${JSON.stringify(increase(before, refusals(visitors)))}`);
  }
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

function percentiles(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

function refusals(visitors: readonly Visitor[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const visitor of visitors)
    for (const [what, count] of visitor.refusals) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}

function increase(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const grown = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
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
