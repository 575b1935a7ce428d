import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send, WireClient } from '../clients/wire-client.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

/** Enough sessions that calls run almost all the time. */
const CALLERS = 4;

describe('a node that stops while its sessions are used', () => {
  let cluster: ProcessCluster;

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 2 });
  }, 90_000);

  afterEach(() => cluster.stop(), 30_000);

  it('exits once its calls end, before its deadline: the next node takes later calls, and every call is answered', async () => {
    const [stopped, other] = cluster.nodes;
    const opened = await WireClient.connect(`${stopped!.url}/sse`);
    await opened.initialize();
    const { pathname, search } = new URL(await opened.endpoint());
    const client = await WireClient.open(`${other!.url}/sse`, { 'last-event-id': opened.lastEventId });

    const answers = new Map<unknown, object>();
    let wake = () => {};
    const reading = (async () => {
      for (;;) {
        const message = await client.message().catch(() => undefined);
        if (!message) return;
        answers.set(message['id'], message);
        wake();
      }
    })();
    const answered = async (id: string) => {
      while (!answers.has(id)) {
        await new Promise<void>((resolve) => {
          const before = wake;
          wake = () => {
            before();
            resolve();
          };
        });
      }
    };

    let hasEnded = false;
    let asked = 0;
    const calling = async (_: unknown, index: number) => {
      while (!hasEnded) {
        const id = `call-${++asked}`;
        const body = JSON.stringify(
          streamDataCall(id, { count: 1, delayMs: 300 + 170 * index, reports: false }),
        );
        const headers = { 'content-type': 'application/json' };
        const { status } = await send(`${other!.url}${pathname}${search}`, { headers, body });
        expect(status).toBe(202);
        await answered(id);
      }
    };
    const callers = Array.from({ length: CALLERS }, calling);
    await answered('call-1');
    const code = await cluster.end(0, 'SIGTERM');
    const before = answers.size;
    hasEnded = true;
    await Promise.all(callers);
    client.close();
    await reading;
    expect(code).toBe(0);
    // Several calls long, for a busy machine, but well below the deadline of 15 seconds.
    expect(before).toBeLessThan(CALLERS * 15);
    expect([...answers.values()].filter((answer) => !('result' in answer))).toEqual([]);
    expect(answers.size).toBe(asked);
  }, 60_000);
});
