import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../fixtures/browser.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.js';

const STEPS = 60;
const CALL = streamDataCall('call', { count: STEPS, delayMs: 100 });

/** A page of the same origin that opens a stream, calls a tool and records the events. */
const PAGE = `<!doctype html><script>
  const source = new EventSource('/sse');
  const seen = { endpoints: [], messages: [], errors: 0 };
  const post = (message) =>
    fetch(seen.endpoints[0], {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
    });
  source.addEventListener('endpoint', ({ data }) => seen.endpoints.push(data));
  source.addEventListener('message', ({ data }) => seen.messages.push(JSON.parse(data)));
  source.addEventListener('error', () => seen.errors++);
</script>`;

interface Seen {
  endpoints: string[];
  messages: Record<string, any>[];
}

describe('a page in a browser', () => {
  let cluster: ProcessCluster;
  let network: TcpProxy;
  let browser: Browser;
  let page: Page;

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 2 });
    network = await startTcpProxy(cluster.nginx.port);
    browser = await startBrowser();
    page = await browser.newPage();
    const address = `${network.url}/page`;
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
    await page.goto(address);
  }, 120_000);

  afterEach(async () => {
    await browser.close();
    await network.close();
    await cluster.stop();
  }, 30_000);

  it('misses no event when its network goes off and on in the middle of a stream', async () => {
    await page.waitForFunction('seen.endpoints.length === 1');
    await page.evaluate(`post(${JSON.stringify(CALL)})`);
    await page.waitForFunction('seen.messages.length >= 10');
    network.online = false;
    // The connection, and an attempt to reconnect.
    await page.waitForFunction('seen.errors >= 2');
    network.online = true;
    await page.waitForFunction('seen.messages.at(-1).id === "call"');

    const { endpoints, messages } = await page.evaluate<Seen>('seen');
    expect(endpoints).toEqual([endpoints[0], endpoints[0]]);
    const steps = messages.slice(0, -1).map(({ params }) => params.progress);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));
    expect(messages.at(-1)!['result'].structuredContent.items).toHaveLength(STEPS);
  }, 60_000);
});
