import { expect, it } from '@jest/globals';
import { concurrently, fuzz, report, SPARE_MS } from './fuzz-run.js';
import { FuzzServer } from './fuzz-server.js';
import type { FuzzPeer } from './peer.js';
import { play } from './play.js';
import { SsePeer } from './sse-peer.js';
import { StdioPeer } from './stdio-peer.js';
import { StreamablePeer } from './streamable-peer.js';
import { visit, type Visit } from './visit.js';

/** Of each transport. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 5);

interface Transport {
  readonly name: string;
  readonly versions: readonly string[];
  serve(): Promise<FuzzServer[]>;
  open(server: FuzzServer, visit: Visit): Promise<FuzzPeer>;
}

const TRANSPORTS: readonly Transport[] = [
  {
    name: 'HTTP+SSE',
    versions: ['2024-11-05', '2025-11-25'],
    serve: FuzzServer.onBothAdapters,
    open: SsePeer.open,
  },
  {
    name: 'Streamable HTTP',
    versions: ['2025-03-26', '2025-06-18', '2025-11-25'],
    serve: FuzzServer.onBothAdapters,
    open: StreamablePeer.open,
  },
  {
    name: 'stdio',
    versions: ['2025-03-26', '2025-11-25'],
    serve: async () => [await FuzzServer.stdio()],
    open: StdioPeer.open,
  },
];

it.each(TRANSPORTS)(
  'random traffic over $name leaves every accepted request with one answer, and nothing behind',
  async (transport) => {
    const servers = await transport.serve();
    try {
      const tally = await fuzz(
        SECONDS,
        (owner) => visit(owner, transport.versions),
        (visits) =>
          concurrently(servers, visits, async (server, each) =>
            play(await transport.open(server, each), each, server),
          ),
        () => Promise.all(servers.map((server) => server.reset())),
      );
      report(transport.name, tally);
      expect(tally.answers).toBeGreaterThan(0);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  },
  SECONDS * 1_000 + SPARE_MS,
);
