import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { startNginx, type Nginx } from '../fixtures/nginx.js';

const KEY = { 'x-api-key': 'k'.repeat(16) };
const FIRST_EVENT_MS = 200;
/** Several, since a busy machine delays some of them. */
const ATTEMPTS = 10;

describe('behind nginx', () => {
  let application: ChildApplication;
  let nginx: Nginx;

  beforeAll(async () => {
    application = await startTypeScript('src/main.ts', {
      env: {
        MCP_AUTH: 'api-key',
        MCP_API_KEYS: `ada:${KEY['x-api-key']}`,
        MCP_HEARTBEAT_MS: '500',
        MCP_DRAIN_DEADLINE_MS: '100',
      },
    });
  }, 90_000);

  afterEach(() => nginx.stop(), 30_000);
  afterAll(() => application.stop(), 30_000);

  const start = async (options: Omit<Parameters<typeof startNginx>[0], 'nodes'>) => {
    nginx = await startNginx({ nodes: [application.port], ...options });
  };

  it('with an idle timeout of 2 seconds, a tool may be silent for 10', async () => {
    await start({ directives: { proxy_read_timeout: '2s' } });
    const silent = streamDataCall('a', { count: 1, delayMs: 10_000, reports: false });
    const sse = await WireClient.connect(`${nginx.url}/sse`, KEY);
    const http = await HttpWireClient.connect(`${nginx.url}/mcp`, { headers: KEY });
    const standalone = await http.open();
    const response = await http.postForStream(silent);
    await sse.post(silent);
    const answers = await Promise.all([sse.answer('a'), response.answer('a')]);
    for (const answer of answers) expect(answer).toHaveProperty('result.structuredContent');
    await http.call('b', 'ping');
    // The idle stream is still open.
    expect(standalone.response.closed).toBe(false);
  }, 30_000);

  describe('that buffers and compresses everything', () => {
    const settings = 'gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any; gzip_vary on;';

    beforeEach(() => start({ http: settings }));

    it(`gets the first event of a stream within ${FIRST_EVENT_MS} ms`, async () => {
      const times: number[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const started = performance.now();
        const response = await fetch(`${nginx.url}/sse`, { headers: KEY });
        expect(response.headers.get('content-encoding')).toBe('gzip');
        await readUntil('event: endpoint', response);
        times.push(performance.now() - started);
      }
      expect(Math.min(...times)).toBeLessThan(FIRST_EVENT_MS);
    }, 30_000);

    it('passes on the events of a call that runs', async () => {
      const { headers } = await HttpWireClient.connect(`${nginx.url}/mcp`, { headers: KEY });
      const response = await fetch(`${nginx.url}/mcp`, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(streamDataCall('a', { count: 10, delayMs: 10_000 })),
      });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      await readUntil('id: ', response);
    }, 9_000);
  });
});

/** Reads an endless response until the first data arrives. */
async function readUntil(text: string, { body }: Response): Promise<void> {
  let read = '';
  for await (const chunk of body!) if ((read += Buffer.from(chunk).toString()).includes(text)) return;
  throw new Error(`The response ended: ${read}`);
}
