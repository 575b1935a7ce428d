import { afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import compression from 'compression';
import { EventSource } from 'eventsource';
import jwt from 'jsonwebtoken';
import { mcpCorsOptions, McpSessionService, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize } from '../clients/http-wire-client.js';
import { MODERN } from '../clients/modern-client.js';
import { ModernWireClient, modernRpc } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { Greeter } from '../fixtures/greeter.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { startPrefixProxy } from '../fixtures/prefix-proxy.js';
import { codeOf, quoted, TROUBLESHOOTING } from '../fixtures/troubleshooting-page.js';

const ORIGIN = 'https://chat.example.com';
const { start } = appPerTest();
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const serve = async (options: Partial<McpSseModuleOptions> = {}) => start({ providers: [Greeter], options });
const post = (url: string, headers: Record<string, string> = {}) =>
  new HttpWireClient(url).post(initialize(), headers);

describe('troubleshooting of connections', () => {
  it('403, the host is not served', async () => {
    const headers = { host: 'mcp.example.com' };
    const refused = await post(`${(await serve()).url}/mcp`, headers);
    expect([refused.status, quoted(refused)]).toEqual([403, expect.stringContaining('allowedHosts')]);
    const { url } = await serve({ allowedHosts: ['mcp.example.com'] });
    expect(await post(`${url}/mcp`, headers)).toMatchObject({ status: 200 });
  });

  it('403, the origin is not allowed', async () => {
    const headers = { origin: ORIGIN };
    const { url } = await start({ configure: (app) => app.enableCors() });
    const refused = await post(`${url}/mcp`, headers);
    expect([refused.status, quoted(refused)]).toEqual([403, expect.stringContaining('allowedOrigins')]);
    const allowing = await serve({ allowedOrigins: [ORIGIN] });
    expect(await post(`${allowing.url}/mcp`, headers)).toMatchObject({ status: 200 });
  });

  it('403, a page without an Origin', async () => {
    const { url } = await serve();
    const refused = await post(`${url}/mcp`, { 'sec-fetch-site': 'cross-site' });
    expect([refused.status, quoted(refused)]).toEqual([403, expect.stringContaining('another site')]);
  });

  it('403, no authentication', async () => {
    const { url } = await serve();
    const refused = await post(`${url}/mcp`, { 'x-forwarded-for': '203.0.113.1' });
    expect([refused.status, quoted(refused)]).toEqual([403, expect.stringContaining('"auth"')]);
  });

  it('A page in a browser gets a CORS error', async () => {
    const options = { allowedOrigins: [ORIGIN] };
    const allowed = async (url: string) => {
      const { headers } = await post(`${url}/mcp`, { origin: ORIGIN });
      return headers['access-control-allow-origin'];
    };
    expect(await allowed((await serve(options)).url)).toBeUndefined();
    const configured = await start({ options, configure: (app) => app.enableCors(mcpCorsOptions([ORIGIN])) });
    expect(await allowed(configured.url)).toBe(ORIGIN);
  });

  it('401, and the token looks right', async () => {
    const log = new MemoryLog();
    const secretOrKey = 'a secret of at least thirty-two bytes';
    const { url } = await start({
      options: { auth: { jwt: { secretOrKey, issuer: 'https://login.example' } } },
      configure: (app) => app.useLogger(log),
    });
    const token = jwt.sign({ sub: 'ada', iss: 'https://login.example/' }, secretOrKey, { expiresIn: '1h' });
    expect((await post(`${url}/mcp`, { authorization: `Bearer ${token}` })).status).toBe(401);
    Logger.overrideLogger(false);
    const line = log.lines.find((logged) => logged.startsWith('debug A request gets 401'));
    expect(TROUBLESHOOTING).toContain(`> ${line!.replace(/^debug (.*) McpSseModule$/, '$1')}\n`);
  });

  it("401 from a browser's EventSource", async () => {
    const keys = [{ key: 'k'.repeat(16), name: 'ada' }];
    const { url } = await serve({ auth: { apiKey: { keys } } });
    const outcome = async (source: EventSource) => {
      stops.push(() => source.close());
      return new Promise((resolve) => {
        source.addEventListener('endpoint', () => resolve('endpoint'));
        source.addEventListener('error', ({ code }) => resolve(code));
      });
    };
    expect(await outcome(new EventSource(`${url}/sse`))).toBe(401);
    const withKey: typeof fetch = (input, init) =>
      fetch(input, { ...init, headers: { ...(init!.headers as object), 'x-api-key': 'k'.repeat(16) } });
    expect(await outcome(new EventSource(`${url}/sse`, { fetch: withKey as never }))).toBe('endpoint');
  });

  it('400, the message is nested too deep', async () => {
    const { url } = await serve();
    const params = `{"a":${'['.repeat(64)}${']'.repeat(64)}}`;
    const client = new HttpWireClient(`${url}/mcp`);
    const refused = await client.post(`{"jsonrpc":"2.0","id":1,"method":"ping","params":${params}}`);
    expect([refused.status, quoted(refused)]).toEqual([400, expect.stringContaining('maxMessageDepth')]);
  });

  it('404, the session is not found', async () => {
    const { url, app } = await serve();
    const client = await HttpWireClient.connect(`${url}/mcp`);
    app.get(McpSessionService).close(client.sessionId);
    const refused = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect([refused.status, quoted(refused)]).toEqual([404, expect.stringContaining('initialize again')]);
  });

  it('400, the version is not served', async () => {
    const version = { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' };
    const { url } = await serve();
    const client = new ModernWireClient(`${url}/mcp`, { 'mcp-protocol-version': '2025-11-25' });
    const refused = await client.post('tools/list', { _meta: version });
    expect([refused.status, codeOf(refused), quoted(refused)]).toEqual([400, -32022, expect.any(String)]);
    const modern = await serve({ protocol: { legacy: false } });
    expect(quoted(await post(`${modern.url}/mcp`))).toBe(quoted(refused));
  });

  it('405 on POST /sse', async () => {
    const { url } = await serve();
    expect(await post(`${url}/sse`)).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });

  it('406', async () => {
    const { url } = await serve();
    const refused = await post(`${url}/mcp`, { accept: 'application/json' });
    expect([refused.status, quoted(refused)]).toEqual([406, expect.stringContaining('Accept')]);
  });

  it('413', async () => {
    const { url } = await serve();
    const refused = await new HttpWireClient(`${url}/mcp`).post(`"${'x'.repeat(4_194_304)}"`);
    expect([refused.status, quoted(refused)]).toEqual([413, expect.stringContaining('bytes')]);
  });

  it('415', async () => {
    const { url } = await serve();
    const refused = await post(`${url}/mcp`, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([refused.status, quoted(refused)]).toEqual([415, expect.stringContaining('Content-Type')]);
  });
});

describe('troubleshooting of proxies', () => {
  it('The client posts to a URL that does not exist', async () => {
    const answered = async (options: Partial<McpSseModuleOptions>, path: string) => {
      const { url } = await serve(options);
      const proxy = await startPrefixProxy(url, '/tools');
      stops.push(() => proxy.close());
      if (path === '/mcp') return (await post(`${proxy.url}/mcp`)).status;
      const client = await WireClient.connect(`${proxy.url}${path}`);
      stops.push(() => client.close());
      return (await client.post(initialize())).status;
    };
    expect(await answered({}, '/sse')).toBe(404);
    expect(await answered({ publicUrl: 'https://example.com/tools' }, '/sse')).toBe(202);
    expect(await answered({}, '/mcp')).toBe(200);
  });

  it('400, a header is missing or differs', async () => {
    const { url } = await serve();
    const greet = { name: 'greet', arguments: { name: 'Ada' } };
    const client = new ModernWireClient(`${url}/mcp`);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN,
      'mcp-name': 'greet',
    };
    const body = JSON.stringify(modernRpc(1, 'tools/call', greet));
    const refused = await send(client.url, { headers, body });
    expect([refused.status, codeOf(refused), quoted(refused)]).toEqual([400, -32020, expect.any(String)]);
    expect((await client.post('tools/call', greet)).status).toBe(200);
  });

  it('Events come late, or all at once', async () => {
    const { url } = await start({ configure: (app) => void app.use(compression({ threshold: 0 })) });
    const client = await WireClient.connect(`${url}/sse`, { 'accept-encoding': 'gzip' });
    stops.push(() => client.close());
    expect(client.response.headers).toMatchObject({
      'cache-control': expect.stringContaining('no-transform'),
      'x-accel-buffering': 'no',
    });
    expect(client.response.headers).not.toHaveProperty('content-encoding');
    const { headers } = await send(`${url}/mcp`, { headers: { 'accept-encoding': 'gzip' }, body: '{}' });
    expect(headers).toHaveProperty('content-encoding');
  });
});
