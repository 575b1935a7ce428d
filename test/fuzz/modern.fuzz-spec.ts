import { expect, it } from '@jest/globals';
import { concurrently, fuzz, report, SPARE_MS } from './fuzz-run.js';
import { FuzzServer } from './fuzz-server.js';
import { ModernClient } from './modern/modern-client.js';
import { modernVisit, type ModernVisit } from './modern/modern-visit.js';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 15);

it(
  'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
  async () => {
    const servers = await FuzzServer.onBothAdapters();
    try {
      const tally = await fuzz(
        SECONDS,
        modernVisit,
        async (visits) => {
          const play = (server: FuzzServer, visit: ModernVisit) => new ModernClient(server, visit).play();
          const answers = await concurrently(servers, visits, play);
          await Promise.all(servers.map((server) => server.assertReleased()));
          return answers;
        },
        () => Promise.all(servers.map((server) => server.reset())),
      );
      report('2026-07-28', tally);
      expect(tally.answers).toBeGreaterThan(0);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  },
  SECONDS * 1_000 + SPARE_MS,
);
