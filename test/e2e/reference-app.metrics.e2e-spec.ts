import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { send } from '../clients/wire-client.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { Scrape } from '../fixtures/scrape.js';

// Processes take their time to start on a machine that is busy.
jest.setTimeout(120_000);

describe('the metrics of the reference application', () => {
  let running: ChildApplication;

  const start = async (env: Record<string, string>) => {
    running = await startTypeScript('src/main.ts', { env: { MCP_METRICS: 'true', ...env } });
    return running.url;
  };

  afterEach(() => running.stop());

  it('are served to this machine, if enabled by its environment', async () => {
    const url = await start({});
    expect((await Scrape.of(url)).sum('mcp_sessions_open', { transport: 'sse' })).toBe(0);
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    expect((await send(`${url}/metrics`, { method: 'GET', headers })).status).toBe(403);
  });

  it('are served to callers with the token of its environment', async () => {
    const url = await start({ MCP_METRICS_TOKEN: 'secret-of-prometheus' });
    expect((await send(`${url}/metrics`, { method: 'GET' })).status).toBe(401);
    const headers = { authorization: 'Bearer secret-of-prometheus', 'x-forwarded-for': '203.0.113.1' };
    expect((await Scrape.of(url, headers)).sum('mcp_sessions_max')).toBe(10_000);
  });
});
