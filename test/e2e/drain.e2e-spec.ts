import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { MODERN, modernRpc } from '../fixtures/modern-client.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

const STREAMS = 300;
const ENDLESS = streamDataCall('endless', { count: 100, delayMs: 1_000 });

let application: ChildApplication;

async function start(variables: Readonly<Record<string, string>>): Promise<void> {
  application = await startTypeScript('src/main.ts', { env: { MCP_RATE_LIMIT_REQUESTS: '0', ...variables } });
}

const open = (path = 'sse') => WireClient.connect(`${application.url}/${path}`);
const status = async (path: string) => (await send(`${application.url}/${path}`, { method: 'GET' })).status;

async function refused(): Promise<string | undefined> {
  const socket = connect(application.port, '127.0.0.1');
  const [error] = await once(socket, 'error').catch((reason) => [reason]);
  return (error as NodeJS.ErrnoException).code;
}

/** Calls a tool without a session. */
function callWithProgress(name: string, args: object): Promise<Response> {
  const message = modernRpc('modern', 'tools/call', { name, arguments: args });
  Object.assign(message.params['_meta'], { progressToken: 'modern' });
  return fetch(`${application.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify(message),
  });
}

afterEach(() => application.stop(), 20_000);

describeOnAdapters('the reference application on SIGTERM', (HTTP_ADAPTER: AdapterName) => {
  it('serves until probes notice, then stops listening, sends streams away and finishes calls', async () => {
    await start({ HTTP_ADAPTER, MCP_DRAIN_PROPAGATION_MS: '1000' });
    expect([await status('health/live'), await status('health/ready')]).toEqual([200, 200]);
    const idle = await open();
    await idle.initialize();
    const busy = await open();
    await busy.post(streamDataCall('long', { count: 5, delayMs: 300 }));
    await busy.message();

    process.kill(application.pid, 'SIGTERM');
    while ((await status('health/ready')) === 200);
    expect([await status('health/live'), await status('health/ready')]).toEqual([200, 503]);
    const late = await open();
    expect(await late.callTool(1, 'echo', { message: 'still here' })).toHaveProperty('result');

    await idle.end();
    expect(idle.events.at(-1)).toMatchObject({ id: idle.events.at(-2)!.id, retry: expect.any(String) });
    expect(await busy.answer('long')).toMatchObject({ result: { structuredContent: expect.anything() } });
    await busy.end();
    expect(await refused()).toBe('ECONNREFUSED');
    expect(await application.exit).toBe(0);
  }, 30_000);

  it('finishes requests without a session, and ends their connections with the answers', async () => {
    await start({ HTTP_ADAPTER });
    const response = await callWithProgress('stream_data', { source: 'modern', count: 5, delayMs: 300 });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    process.kill(application.pid, 'SIGTERM');
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
    expect(rest).toContain('"resultType":"complete"');
    expect(await application.exit).toBe(0);
  }, 30_000);

  it(`exits in order within its deadline with ${STREAMS} open streams`, async () => {
    await start({ HTTP_ADAPTER });
    const clients: WireClient[] = [];
    while (clients.length < STREAMS)
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => open()))));
    const ends: number[] = [];
    const ended = Promise.all(clients.map((client) => client.end().then(() => ends.push(Date.now()))));
    process.kill(application.pid, 'SIGTERM');
    await ended;
    expect(await application.exit).toBe(0);
    // The streams end one after the other, so that clients do not all reconnect at once.
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(STREAMS);
    const withRetry = clients.filter(({ events }) => events.some(({ retry }) => retry !== undefined));
    expect(withRetry).toHaveLength(STREAMS);
  }, 60_000);
});

describe('the reference application with a call that never ends', () => {
  it('answers calls that do not finish in time with an error, and exits in order', async () => {
    await start({ MCP_DRAIN_DEADLINE_MS: '300' });
    const client = await open();
    await client.post(ENDLESS);
    await client.message();
    process.kill(application.pid, 'SIGTERM');
    expect(await client.answer('endless')).toMatchObject({ error: { code: -32000 } });
    await client.end();
    expect(await application.exit).toBe(0);
  }, 30_000);

  it('does not wait on SIGINT', async () => {
    await start({ MCP_DRAIN_PROPAGATION_MS: '60000', MCP_DRAIN_DEADLINE_MS: '60000' });
    const client = await open();
    await client.post(ENDLESS);
    await client.message();
    process.kill(application.pid, 'SIGINT');
    expect(await client.answer('endless')).toMatchObject({ error: { code: -32000 } });
    expect(await application.exit).toBe(0);
  }, 30_000);
});
