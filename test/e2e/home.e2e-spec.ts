import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { send } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { codeBlocks } from '../fixtures/readme-blocks.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';
import { clientConfigurations } from '../../src/features/home/client-configurations.js';

const PAGE = 'docs/client-set-up.md';
const WITH_KEYS = { MCP_AUTH: 'api-key', MCP_API_KEYS: 'me:a-key-to-try-it-with' };

it('has the configurations of the documentation', () => {
  const documented = (needsKey: boolean) =>
    clientConfigurations({ root: 'http://127.0.0.1:3000', httpPath: '/mcp', ssePath: '/sse', needsKey });
  const ids = ['claude-code', 'claude-code-file', 'claude-desktop', 'vs-code', 'cursor', 'windsurf', 'cline'];
  const blocks = codeBlocks(PAGE);
  const onPage = [...ids, 'inspector'].map((id) => blocks.find((block) => block.id === id)!.code.trim());
  const parsed = (text: string) => (text.startsWith('{') ? (JSON.parse(text) as object) : text);
  expect(documented(true).map(({ text }) => parsed(text))).toEqual(onPage.map(parsed));
  for (const { text } of documented(false)) expect(text).not.toMatch(/key|authorization/i);
});

describeOnAdapters('GET / of the reference application', (adapter) => {
  let running: RunningApp | undefined;
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });
  const get = async (variables: Record<string, string>, headers = {}) => {
    running = await startReferenceApp(variables, adapter);
    const { status, headers: answered, body } = await send(`${running.url}/`, { method: 'GET', headers });
    expect([status, answered['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    return { body, headers: answered, url: running.url };
  };

  it('says what is here and how to connect, and lets in no script but its own', async () => {
    const { body, headers, url } = await get({ MCP_CONSOLE: 'on' });
    for (const shown of [`${url}/mcp`, 'stream_data', 'metrics://current', 'href="./console/"', '0.1.0'])
      expect(body).toContain(shown);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:;/,
    );
    expect(policy).not.toContain('unsafe-inline');
  });

  it('names the public URL everywhere, and no console where there is none', async () => {
    const { body } = await get({ MCP_CONSOLE: 'off', MCP_PUBLIC_URL: 'https://example.com/api/' });
    expect(body).toContain('https://example.com/api/mcp');
    expect(body).toContain('href="https://example.com/api/health"');
    expect(body).not.toMatch(/127\.0\.0\.1|localhost|Console/);
  });

  it('shows nobody what only clients with a key may see', async () => {
    const { body } = await get({ ...WITH_KEYS, MCP_CONSOLE: 'off' });
    expect(body).toContain('Bearer ${MCP_KEY}');
    expect(body).not.toMatch(/stream_data|metrics:\/\/|hn_search|a-key-to-try-it-with/);
  });

  it('takes nothing of a Host header for HTML', async () => {
    const { body } = await get({ PORT: '3000' }, { host: '"><script>alert(1)</script>' });
    expect(body).not.toContain('alert(1)');
    expect(body).toContain('http://localhost:3000/mcp');
  });

  it('has the same script that its policy names', async () => {
    const { body } = await get({});
    expect(body).toContain(readFileSync('src/features/home/page/home.js', 'utf8'));
  });
});
