import { setTimeout as delay } from 'node:timers/promises';
import { HttpWireClient } from '../../clients/http-wire-client.js';
import type { ProcessCluster } from '../../fixtures/process-cluster.js';

const RETRY_MS = 20;

/**
 * Measures how many milliseconds it takes until another node answers for a session whose node has failed.
 *
 * @param index the index of the node that owns the session
 * @param fail makes the node fail
 */
export async function timeToFirstAnswer(
  cluster: ProcessCluster,
  index: number,
  fail: () => Promise<unknown>,
): Promise<number> {
  const urlOf = (node: number) => `${cluster.nodes[node % cluster.nodes.length]!.url}/mcp`;
  const { headers } = await HttpWireClient.connect(urlOf(index));
  const elsewhere = new HttpWireClient(urlOf(index + 1), headers);
  const failedAt = Date.now();
  const failing = fail();
  for (let number = 0; ; number++) {
    const answer = await elsewhere.call(`ping-${number}`, 'ping').catch(() => undefined);
    if (answer && 'result' in answer) break;
    await delay(RETRY_MS);
  }
  const ms = Date.now() - failedAt;
  await failing;
  await elsewhere.delete();
  return ms;
}
