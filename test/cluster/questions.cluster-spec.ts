import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { McpEra } from 'nestjs-mcp-sse';
import { connectClient, type SdkClient } from '../clients/client-of-either-era.js';
import { DIALOGUES, User, type Dialogue } from '../fixtures/asking/outcomes.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { httpTransport, type TransportName } from '../fixtures/transports.js';

/** The header by which nginx names the node of a response. */
const NODE = 'x-node';

describe('a handler that asks its client, on three nodes behind nginx,', () => {
  let cluster: ProcessCluster;
  const clients: SdkClient[] = [];

  beforeAll(async () => {
    const http = `add_header ${NODE} $upstream_addr always;`;
    cluster = await ProcessCluster.start({ nodes: 3, main: 'test/fixtures/asking/main.ts', nginx: { http } });
  }, 90_000);

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  afterAll(() => cluster.stop(), 30_000);

  const connect = async (user: User, name: TransportName, era: McpEra, fetch?: FetchLike) => {
    const client = await connectClient(era, httpTransport(cluster.nginx.url, name, era, fetch), user.client);
    clients.push(client);
    return client;
  };

  /** @returns the outcome in the modern era, and the port of the node that took each round */
  const converse = async (dialogue: Dialogue, hold?: () => Promise<unknown>) => {
    const ports: number[] = [];
    const recorded: FetchLike = async (url, init) => {
      const response = await fetch(url, init);
      if (String(init?.body).includes(`"${dialogue.tool}"`))
        ports.push(Number(/\d+$/.exec(response.headers.get(NODE)!)));
      return response;
    };
    const user = new User(dialogue, hold);
    const client = await connect(user, 'streamable-http', 'modern', recorded);
    return { outcome: await user.outcome(client), ports };
  };

  describe.each<TransportName>(['sse', 'streamable-http'])('in a session over %s', (name) => {
    it.each(DIALOGUES)('asks $title, with the outcome of one node', async (dialogue) => {
      const user = new User(dialogue);
      expect(await user.outcome(await connect(user, name, 'legacy'))).toEqual(dialogue.outcome);
    });
  });

  describe('without a session', () => {
    it.each(DIALOGUES)(
      'asks $title, each round on another node, with the outcome of one node',
      async (dialogue) => {
        const { outcome, ports } = await converse(dialogue);
        expect(outcome).toEqual(dialogue.outcome);
        expect(ports.length).toBeGreaterThan(1);
        expect(ports.filter((port, round) => port === ports[round + 1])).toEqual([]);
      },
    );

    it('goes on where the node of the last round was killed', async () => {
      const asking = new Set<Dialogue>();
      let onAllAsking!: () => void;
      const allAsking = new Promise<void>((resolve) => (onAllAsking = resolve));
      const killed = allAsking.then(() => cluster.end(0, 'SIGKILL'));
      const conversations = DIALOGUES.map((dialogue) =>
        converse(dialogue, () => {
          asking.add(dialogue);
          if (asking.size === DIALOGUES.length) onAllAsking();
          return killed;
        }),
      );
      const ended = await Promise.all(conversations);
      expect(ended.map(({ outcome }) => outcome)).toEqual(DIALOGUES.map(({ outcome }) => outcome));
      const { port } = cluster.nodes[0]!;
      const begun = ended.filter(({ ports }) => ports[0] === port);
      expect(begun.length).toBeGreaterThan(0);
      expect(ended.filter(({ ports }) => ports.lastIndexOf(port) > 0)).toEqual([]);
    }, 60_000);
  });
});
