import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import jwt from 'jsonwebtoken';
import { McpRegistry } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { bareEnvironment } from '../fixtures/bare-environment.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { readmeCode } from '../fixtures/readme-blocks.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import { Scrape } from '../fixtures/scrape.js';
import type { RunningApp } from '../fixtures/start-app.js';

const run = promisify(execFile);

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

describeOnAdapters('the reference application', (adapter) => {
  const ends: (() => Promise<void>)[] = [];
  const start = async (variables: Record<string, string> = {}): Promise<RunningApp> => {
    const running = await startReferenceApp(variables, adapter);
    ends.push(() => running.close());
    return running;
  };

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it("has helmet's headers on every answer, and its streams still work", async () => {
    const { url } = await start();
    const stream = await WireClient.connect(`${url}/sse`);
    const http = await HttpWireClient.connect(`${url}/mcp`);
    const answers: Pick<WireResponse, 'headers'>[] = [
      stream.response,
      await send(`${url}/health`, { method: 'GET' }),
      await http.post({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      await http.post('{'),
    ];
    for (const { headers } of answers) {
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['x-powered-by']).toBeUndefined();
    }
    const { result } = await stream.callTool(1, 'echo', { message: 'Hello' });
    expect(result.content).toEqual([{ type: 'text', text: 'Hello' }]);
    stream.close();
  });

  it('tells anybody whether it is up, and no figures', async () => {
    const { url } = await start();
    const stream = await WireClient.connect(`${url}/sse`);
    const read = async (path: string) => (await send(url + path, { method: 'GET' })).body;
    const { status, transport, ...server } = JSON.parse(await read('/health')) as Record<string, unknown>;
    expect([status, transport, Object.keys(server)]).toEqual(['ok', 'sse', ['name', 'version']]);
    const up = { mcp: { status: 'up' } };
    expect(JSON.parse(await read('/health/ready'))).toEqual({
      status: 'ok',
      error: {},
      info: up,
      details: up,
    });
    stream.close();
  });

  it('has no metrics unless its environment asks for them', async () => {
    const { url } = await start();
    expect((await send(`${url}/metrics`, { method: 'GET' })).status).toBe(404);
  });

  it('limits the requests of each principal, and wrong keys, as its environment says', async () => {
    const { url } = await start({
      MCP_AUTH: 'api-key',
      MCP_API_KEYS: `ada:${'a'.repeat(16)},bob:${'b'.repeat(16)}`,
      MCP_RATE_LIMIT_REQUESTS: '2',
      MCP_RATE_LIMIT_FAILURES: '2',
    });
    const statusOf = async (key: string) =>
      (await send(`${url}/messages?sessionId=none`, { headers: { 'x-api-key': key } })).status;
    const statuses: number[] = [];
    for (const letter of ['a', 'a', 'a', 'b', 'c', 'd', 'e', 'b'])
      statuses.push(await statusOf(letter.repeat(16)));
    expect(statuses).toEqual([404, 404, 429, 404, 401, 401, 429, 404]);
  });

  it('accepts tokens of the authorization server of its environment', async () => {
    const server = await AuthorizationServer.start();
    ends.push(() => server.close());
    const { url } = await start({
      MCP_AUTH: 'jwt',
      MCP_JWKS_URI: server.jwksUri,
      MCP_JWT_ISSUER: server.url,
      MCP_JWT_AUDIENCE: `https://other.example, ${server.audience}`,
      MCP_JWT_ALGORITHMS: 'RS256',
      MCP_SCOPES_SUPPORTED: 'read',
    });
    const challenge = (await send(`${url}/sse`, { method: 'GET' })).headers['www-authenticate'];
    const metadata = `${url}/.well-known/oauth-protected-resource/sse`;
    expect(challenge).toBe(`Bearer resource_metadata="${metadata}"`);
    expect(JSON.parse((await send(metadata, { method: 'GET' })).body)).toMatchObject({
      authorization_servers: [server.url],
    });
    const open = (claims?: object) =>
      WireClient.open(`${url}/sse`, { authorization: `Bearer ${server.token({ ...claims })}` });
    const [good, wrong] = [await open(), await open({ aud: 'https://third.example' })];
    expect([good.response.statusCode, wrong.response.statusCode]).toEqual([200, 401]);
    good.close();
  });
});

it('lets the user who starts the reference application over stdio do everything, whatever MCP_AUTH says', async () => {
  const client = new Client({ name: 'test-client', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--import', './test/fixtures/typescript/register.mjs', 'src/stdio.ts'],
    env: { ...bareEnvironment(), MCP_AUTH: 'jwt', MCP_JWT_SECRET: 's'.repeat(32) },
    stderr: 'ignore',
  });
  await client.connect(transport);
  const data = { text: 'x' };
  const edit = { doc_id: 'notes', operation: 'set', version: 0, data };
  expect(await client.callTool({ name: 'edit_document', arguments: edit })).toMatchObject({
    structuredContent: { version: 1 },
  });
  await client.close();
});

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

describe('the reference application of the README', () => {
  let app: RunningApp;

  beforeAll(async () => void (app = await startReferenceApp({})));
  afterAll(() => app.close(), 20_000);

  it('offers the tools, resources and prompts that the README lists, and no others', () => {
    const { tools, resources, prompts } = app.app.get(McpRegistry);
    const [, section] = /^## The reference application\n(.*?)^## /ms.exec(readFileSync('README.md', 'utf8'))!;
    const rows = [...section!.matchAll(/^\| (`.*?) +\| (.*?) +\|$/gm)];
    const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    const listed = rows.flatMap(([, names]) => named(names!.replace('(role `editor`)', '')));
    expect(listed.toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
    const shown = rows.flatMap(([, , text]) => named(text!)).toSorted();
    expect(shown).toEqual(
      [...resources.map(({ uri }) => uri), ...prompts.map(({ name }) => name)].toSorted(),
    );
    const forEditors = tools.filter(({ access }) => access.roles.includes('editor')).map(({ name }) => name);
    const marked = rows.filter(([, names]) => names!.includes('(role `editor`)'));
    expect(marked.flatMap(([, names]) => named(names!)[0]!).toSorted()).toEqual(forEditors.toSorted());
  });

  it('accepts the token that the README creates', async () => {
    const script = `${readmeCode('token')}printf ' %s' "$MCP_JWT_SECRET"`;
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script]);
    const [token, secret] = stdout.trim().split(/\s+/);
    const claims = jwt.verify(token!, secret!);
    expect(claims).toMatchObject({ sub: 'ada', roles: ['editor'], tenant: 'acme' });
  });
});
