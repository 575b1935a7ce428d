import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { bareEnvironment } from '../fixtures/bare-environment.js';
import { connectionOf, type ClientHeaders } from '../fixtures/client-configuration.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { usePage } from '../fixtures/page.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const run = promisify(execFile);
const page = usePage('docs/client-set-up.md');
const LOCAL_URL = 'http://127.0.0.1:3000';
const KEY = 'replace-this-key';
const ECHO = { name: 'echo', arguments: { message: 'Hello' } };

const CLIENTS = [
  'claude-code',
  'claude-code-file',
  'claude-desktop',
  'cursor',
  'vs-code',
  'windsurf',
  'cline',
  'inspector',
];

/** The reader's application, which the stdio snippet imports. */
const MODULE_OF_THE_READER = `
  import { Injectable, Module } from '@nestjs/common';
  import { McpContext, McpSseModule, McpTool } from 'nestjs-mcp-sse';

  @Injectable()
  class WhoAmI {
    @McpTool()
    whoami(ctx: McpContext): string {
      return ctx.principal.subject;
    }
  }

  @Module({ imports: [McpSseModule.forRoot({ name: 'own', version: '1.0.0' })], providers: [WhoAmI] })
  export class AppModule {}
`;

describe('the page about clients', () => {
  let app: RunningApp;

  beforeAll(async () => {
    const [, assignments] = /^((?:\w+=\S+ )+)npm start\n$/.exec(page.code('start-with-key'))!;
    const variables = assignments!
      .trim()
      .split(' ')
      .map((assignment) => assignment.split('='));
    app = await startReferenceApp(Object.fromEntries(variables) as ClientHeaders);
  });

  afterAll(() => app.close(), 20_000);

  it.each(CLIENTS)('configures %s with a URL and a header that the server takes', async (id) => {
    page.code(id);
    const { url, headers, transport } = connectionOf('docs/client-set-up.md', id);
    expect(url.startsWith(LOCAL_URL)).toBe(true);
    const endpoint = url.replace(LOCAL_URL, app.url);
    await expect(McpTestClient.connect(endpoint, { transport })).rejects.toMatchObject({ code: 401 });
    const client = await page.connect(endpoint, { headers, transport });
    expect(textOf(await client.callTool(ECHO))).toBe('Hello');
  });

  it.each(['sdk-v1', 'sdk-v2'])('connects the client %s', async (id) => {
    type Connect = (url: URL, key: string) => Promise<Client>;
    const [connect] = Object.values(await page.import<Record<string, Connect>>(id));
    const client = await connect!(new URL(`${app.url}/mcp`), KEY);
    expect(textOf(await client.callTool(ECHO))).toBe('Hello');
    await client.close();
  });

  it('has Python code that compiles, and that runs where its package is installed', async () => {
    const file = join(page.folder, 'client.py');
    writeFileSync(file, page.code('python').replace(LOCAL_URL, app.url));
    await run('python3', ['-m', 'py_compile', file]);
    const isInstalled = await run('python3', ['-c', 'import mcp']).then(
      () => true,
      () => false,
    );
    const env = { ...process.env, MCP_KEY: KEY };
    const printed = isInstalled ? (await run('python3', [file], { env })).stdout : 'Hello\n';
    expect(printed).toBe('Hello\n');
  });

  it('serves a client that starts it, over standard input and output', async () => {
    page.code('stdio');
    writeFileSync(join(page.folder, 'src', 'app.module.ts'), MODULE_OF_THE_READER);
    const { mcpServers } = JSON.parse(page.code('stdio-client')) as {
      mcpServers: { example: { command: string; args: [string] } };
    };
    const { command, args } = mcpServers.example;
    expect(args[0].replace('/path/to/dist/', '')).toBe('stdio.js');
    const client = new Client({ name: 'test-client', version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({
        command,
        // From source, instead of built.
        args: ['--import', './test/fixtures/typescript/register.mjs', join(page.folder, 'src', 'stdio.ts')],
        env: { ...bareEnvironment(), USER: 'ada' },
        stderr: 'ignore',
      }),
    );
    expect(textOf(await client.callTool({ name: 'whoami' }))).toBe('ada');
    await client.close();
  }, 30_000);
});

describeOnAdapters('curl', (adapter) => {
  it.each(['curl', 'curl-http', 'curl-modern'])(
    'prints what the page says: %s',
    async (id) => {
      const app = await startReferenceApp({}, adapter);
      try {
        const script = page.code(id).replace(LOCAL_URL, app.url);
        const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
          cwd: page.folder,
          timeout: 15_000,
        });
        const expected = page.code(`${id}-output`).trimEnd().split('\n');
        const printed = stdout.trimEnd().split('\n');
        expect(
          printed.map((line, index) => (matches(line, expected[index]) ? expected[index] : line)),
        ).toEqual(expected);
      } finally {
        await app.close();
      }
    },
    20_000,
  );
});

it('has no block without a test', () => {
  expect(page.untested).toEqual([]);
});

/** Whether a line matches the expected line, in which `…` matches anything. */
function matches(line: string, expected = ''): boolean {
  const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.+')}$`).test(line);
}
