import { expect, it } from '@jest/globals';
import { FuzzServer } from './fuzz-server.js';
import type { Id } from './acceptable.js';
import type { FuzzPeer } from './peer.js';
import { Random } from './random.js';
import { SsePeer } from './sse-peer.js';
import { StdioPeer } from './stdio-peer.js';
import { StreamablePeer } from './streamable-peer.js';
import type { Outgoing } from './traffic.js';

/** Of each transport. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 3);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_251_125);
const CLIENTS = 6;

type OpenPeer = (server: FuzzServer, random: Random, owner: string) => Promise<FuzzPeer>;

interface Tally {
  sessions: number;
  messages: number;
  answers: number;
}

/** One client's visit: what it sends it sends at random moments, many messages at a time. */
async function visit(server: FuzzServer, random: Random, peer: FuzzPeer, tally: Tally): Promise<void> {
  const hanging: Id[] = [];
  for (let left = random.below(60); left > 0; left--) {
    if (random.chance(0.1)) peer.misbehave();
    const outgoing = peer.traffic.next();
    if (outgoing.hangs !== undefined) hanging.push(outgoing.hangs);
    peer.send(outgoing);
    tally.messages++;
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.below(5)));
  }
  tally.sessions++;

  const farewell = random.below(10);
  if (farewell < 3) await peer.leave();
  else if (farewell < 5) {
    await peer.flushed();
    server.sessions.close(peer.sessionId);
    await peer.ended();
    await peer.ledger.settled();
  } else {
    await peer.flushed();
    for (const id of hanging) peer.send(cancellation(id));
    await peer.flushed();
    await peer.ledger.settled();
    // What came twice would have come before the answer to this one.
    peer.send(peer.traffic.ping());
    await peer.flushed();
    await peer.ledger.settled();
    await peer.leave();
  }
  peer.ledger.assertSound();
  tally.answers += peer.ledger.answers;
}

function cancellation(requestId: Id): Outgoing {
  const text = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
  return { text, cancels: requestId };
}

async function fuzz(servers: readonly FuzzServer[], open: OpenPeer): Promise<Tally> {
  const tally: Tally = { sessions: 0, messages: 0, answers: 0 };
  const deadline = Date.now() + SECONDS * 1_000;
  let failed = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const server = servers[client % servers.length]!;
    const random = new Random(SEED + client);
    try {
      for (let visits = 0; Date.now() < deadline && !failed; visits++) {
        const owner = `client ${client} visit ${visits} ${random.below(2 ** 32).toString(16)}`;
        await visit(server, random.fork(), await open(server, random.fork(), owner), tally);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  const outcomes = await Promise.allSettled(clients);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  await Promise.all(servers.map((server) => server.assertEmpty()));
  return tally;
}

it.each<[string, () => Promise<FuzzServer[]>, OpenPeer]>([
  ['HTTP+SSE', () => Promise.all([FuzzServer.http('express'), FuzzServer.http('fastify')]), SsePeer.open],
  [
    'Streamable HTTP',
    () => Promise.all([FuzzServer.http('express'), FuzzServer.http('fastify')]),
    StreamablePeer.open,
  ],
  ['stdio', () => Promise.all([FuzzServer.stdio()]), StdioPeer.open],
])(
  'random traffic over %s leaves every accepted request with one answer, and nothing behind',
  async (_transport, serve, open) => {
    const servers = await serve();
    try {
      const tally = await fuzz(servers, open);
      expect(tally.answers).toBeGreaterThan(0);
      if (process.env['FUZZ_REPORT']) process.stdout.write(`${_transport} ${JSON.stringify(tally)}\n`);
    } catch (error) {
      throw new Error(`with FUZZ_SEED=${SEED}: ${(error as Error).message}`, { cause: error });
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  },
  (SECONDS + 60) * 1_000,
);
