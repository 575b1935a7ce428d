import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FuzzServer } from './fuzz-server.js';
import type { FuzzPeer } from './peer.js';
import { play } from './play.js';
import { SsePeer } from './sse-peer.js';
import { StdioPeer } from './stdio-peer.js';
import { StreamablePeer } from './streamable-peer.js';
import { visit, type Visit } from './visit.js';

/** Of each transport. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 5);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_251_125);
const CLIENTS = 6;
/** Rounds with the same seed. The following rounds use the next seed. */
const ROUNDS = 10;
/** Time limit for shrinking a counterexample. */
const SHRINK_MS = 120_000;
const SPARE_MS = 300_000;
const MAX_EXAMPLE = 10_000;
const INSPECTION = { depth: 8, breakLength: 120, maxStringLength: 300 };

interface Transport {
  readonly name: string;
  readonly versions: readonly string[];
  serve(): Promise<FuzzServer[]>;
  open(server: FuzzServer, visit: Visit): Promise<FuzzPeer>;
}

const onBothAdapters = () => Promise.all([FuzzServer.http('express'), FuzzServer.http('fastify')]);
const TRANSPORTS: readonly Transport[] = [
  { name: 'HTTP+SSE', versions: ['2024-11-05', '2025-11-25'], serve: onBothAdapters, open: SsePeer.open },
  {
    name: 'Streamable HTTP',
    versions: ['2025-03-26', '2025-06-18', '2025-11-25'],
    serve: onBothAdapters,
    open: StreamablePeer.open,
  },
  {
    name: 'stdio',
    versions: ['2025-03-26', '2025-11-25'],
    serve: async () => [await FuzzServer.stdio()],
    open: StdioPeer.open,
  },
];

/** Several concurrent clients connect, send and leave. @returns the number of answers */
async function round(servers: readonly FuzzServer[], visits: readonly Visit[], open: Transport['open']) {
  const outcomes = await Promise.allSettled(
    visits.map(async (each, client) => {
      const server = servers[client % servers.length]!;
      return play(await open(server, each), each, server);
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  await Promise.all(servers.map((server) => server.assertEmpty()));
  return outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

/** @returns the numbers of rounds and of answers */
async function fuzz({ versions, open }: Transport, servers: readonly FuzzServer[]) {
  const tally = { rounds: 0, answers: 0 };
  const visits = fc.tuple(
    ...Array.from({ length: CLIENTS }, (_, client) => visit(`client ${client}`, versions)),
  );
  const deadline = Date.now() + SECONDS * 1_000;
  let until = deadline;
  const property = fc.asyncProperty(visits, async (drawn) => {
    if (Date.now() > until) return;
    try {
      tally.answers += await round(servers, drawn, open);
      tally.rounds++;
    } catch (error) {
      if (until === deadline) until = Date.now() + SHRINK_MS;
      await Promise.all(servers.map((server) => server.reset()));
      throw error;
    }
  });
  for (let seed = SEED; Date.now() < deadline; seed++) {
    const { counterexample, errorInstance } = await fc.check(property, { seed, numRuns: ROUNDS });
    if (counterexample === null) continue;
    const { message } = errorInstance as Error;
    const again = `FUZZ_SEED=${seed} npm run fuzz sends the same again. Cut down, it is:`;
    throw new Error([message, again, inspect(counterexample, INSPECTION).slice(0, MAX_EXAMPLE)].join('\n'));
  }
  return tally;
}

it.each(TRANSPORTS)(
  'random traffic over $name leaves every accepted request with one answer, and nothing behind',
  async (transport) => {
    const servers = await transport.serve();
    try {
      const tally = await fuzz(transport, servers);
      if (process.env['FUZZ_REPORT']) process.stdout.write(`${transport.name} ${JSON.stringify(tally)}\n`);
      expect(tally.answers).toBeGreaterThan(0);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  },
  SECONDS * 1_000 + SPARE_MS,
);
