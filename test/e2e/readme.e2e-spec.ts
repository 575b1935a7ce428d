import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CanActivate, Type } from '@nestjs/common';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import jwt from 'jsonwebtoken';
import { McpSseModule, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { resolveOptions } from '../../libs/mcp-sse/src/mcp-sse.defaults.js';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send } from '../clients/wire-client.js';
import type { AdapterName } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { startChild } from '../fixtures/child-application.js';
import { codeBlocks, readmeCode } from '../fixtures/readme-blocks.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import { startModule, type RunningApp } from '../fixtures/start-app.js';

type Headers = Record<string, string>;

const run = promisify(execFile);
const LOCAL_URL = 'http://127.0.0.1:3000';
const KEY = 'replace-this-key';

/** What tests/package does, since it needs the network: the two commands, and the installation. */
const TESTED_BY_PACKAGE_TEST = ['start', 'test', 'install', 'install-redis'];
const TYPESCRIPT = ['quick-start', 'stdio', 'auth', 'authorization', 'audit', 'throttler', 'cluster'];
/** What the snippet for stdio imports: the application that its reader has. */
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
const WIRE = ['curl', 'curl-output'];
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

let folder: string;
/** What a test started, to be stopped however it ends. */
const running: (() => unknown)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
});

afterEach(() => Promise.all(running.splice(0).map((stop) => stop())), 20_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('has no snippet without a test', () => {
    const tested = [...TESTED_BY_PACKAGE_TEST, ...TYPESCRIPT, ...WIRE, ...CLIENTS, 'start-with-key', 'token'];
    expect(
      codeBlocks('README.md')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(tested.toSorted());
  });

  it('names files that exist', () => {
    const links = [...readFileSync('README.md', 'utf8').matchAll(/\]\((?!https?:|#)([^)]+)\)/g)];
    expect(links.map(([, path]) => path!).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names the options with their defaults', () => {
    const table = readFileSync('README.md', 'utf8').matchAll(/^\| `(\w+)\.(\w+)` +\| `(\S+)` +\|/gm);
    const documented: Record<string, Headers> = { sse: {}, http: {}, replay: {}, limits: {} };
    for (const [, group, option, value] of table) documented[group!]![option!] = value!;
    const { sse, http, replay, limits } = resolveOptions({ name: 'any', version: '1' });
    const asText = (options: object) =>
      Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
    expect(documented).toEqual({
      sse: asText(sse),
      http: asText(http as object),
      replay: asText(replay),
      limits: asText(limits),
    });
  });
});

describe.each<AdapterName>(['express', 'fastify'])('the walk-through with curl on %s', (adapter) => {
  it('prints what the README says', async () => {
    const app = await startReferenceApp({}, adapter);
    running.push(() => app.close());
    const script = readmeCode('curl').replace(LOCAL_URL, app.url);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      timeout: 15_000,
    });
    const expected = readmeCode('curl-output').trimEnd().split('\n');
    const printed = stdout.trimEnd().split('\n');
    expect(printed.map((line, index) => (matches(line, expected[index]) ? expected[index] : line))).toEqual(
      expected,
    );
  }, 20_000);
});

/** Whether a line is the expected one, in which `…` stands for anything. */
function matches(line: string, expected = ''): boolean {
  const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.+')}$`).test(line);
}

describe('the configuration of clients', () => {
  let app: RunningApp;

  beforeAll(async () => {
    const [, assignments] = /^((?:\w+=\S+ )+)npm start\n$/.exec(readmeCode('start-with-key'))!;
    const variables = assignments!
      .trim()
      .split(' ')
      .map((assignment) => assignment.split('='));
    app = await startReferenceApp(Object.fromEntries(variables) as Headers);
  });

  afterAll(() => app.close(), 20_000);

  it.each(CLIENTS)('of %s has the URL and the header that the server wants', async (id) => {
    const { url, headers } = connectionOf(id);
    expect(url.startsWith(LOCAL_URL)).toBe(true);
    const stream = url.replace(LOCAL_URL, app.url);
    expect((await send(stream, { method: 'GET' })).status).toBe(401);
    const client = await connectSdkClient(stream, headers);
    const result = await client.callTool({ name: 'echo', arguments: { message: id } });
    expect(result.content).toEqual([{ type: 'text', text: id }]);
    await client.close();
  });
});

interface Connection {
  url: string;
  headers: Headers;
}

/** What a client makes of its configuration. */
function connectionOf(id: string): Connection {
  const { language, code } = codeBlocks('README.md').find((block) => block.id === id)!;
  if (language === 'bash') return connectionOfCommand(words(code));
  const { mcpServers, servers, inputs } = JSON.parse(code) as any;
  const { command, args, env, url, serverUrl, type, headers } = (mcpServers ?? servers).example;
  if (command) return connectionOfCommand([command, ...args], env);
  const idOfInput = inputs?.[0].id ?? '';
  const values: Headers = { MCP_KEY: KEY, 'env:MCP_KEY': KEY, [`input:${idOfInput}`]: KEY };
  expect(type).toBe(['cursor', 'windsurf'].includes(id) ? undefined : 'sse');
  return {
    url: id === 'windsurf' ? serverUrl : url,
    headers: { Authorization: substituted(headers.Authorization, values) },
  };
}

function connectionOfCommand(args: string[], env: Headers = { MCP_KEY: KEY }): Connection {
  const valueOf = (option: string) => args[args.indexOf(option) + 1]!;
  expect(valueOf('--transport')).toMatch(/^sse(-only)?$/);
  const [name, value] = valueOf('--header').split(/: */);
  return {
    url: args.find((arg) => arg.startsWith('http'))!,
    headers: { [name!]: substituted(value!, env) },
  };
}

/** The words of a command, as a shell takes them apart. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/** With the values of `$NAME` and `${name}` in their places. */
function substituted(text: string, values: Headers): string {
  return text.replaceAll(
    /\$(?:\{([^}]+)\}|(\w+))/g,
    (_, braced, plain) => values[braced ?? plain] ?? 'unknown',
  );
}

describe('the TypeScript of the README', () => {
  let sources: string;

  // An application of its own: its node_modules has the library as it is built, and Node finds all else above.
  beforeAll(async () => {
    const root = join(folder, 'typescript');
    sources = join(root, 'application', 'src');
    const library = join(root, 'application', 'node_modules', 'nestjs-mcp-sse');
    mkdirSync(sources, { recursive: true });
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
    cpSync('libs/mcp-sse/package.json', join(library, 'package.json'), { recursive: true });
    writeFileSync(join(sources, 'app.module.ts'), MODULE_OF_THE_READER);
    for (const id of TYPESCRIPT) writeFileSync(join(sources, fileOf(id)), readmeCode(id));
    writeFileSync(join(root, 'application', 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(root, 'application', 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2023',
          module: 'nodenext',
          strict: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          skipLibCheck: true,
          types: ['node'],
          rootDir: 'src',
          outDir: 'dist',
        },
        include: ['src'],
      }),
    );
    const tsc = (...args: string[]) =>
      run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...args]);
    await tsc('-p', 'libs/mcp-sse/tsconfig.lib.json', '--outDir', join(library, 'dist'));
    await tsc('-p', join(root, 'application'));
  }, 120_000);

  const compiled = (id: string) => join(sources, '..', 'dist', fileOf(id).replace('.ts', '.js'));

  it('starts an application in 30 lines', async () => {
    expect(readmeCode('quick-start').trimEnd().split('\n').length).toBeLessThanOrEqual(31);
    const application = await startChild(process.execPath, [compiled('quick-start')]);
    running.push(() => application.stop());
    const client = await connectSdkClient(`${application.url}/sse`);
    const { content } = await client.callTool({ name: 'roll', arguments: { sides: 6 } });
    expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^You rolled [1-6]$/) }]);
    const refused = await client.callTool({ name: 'roll', arguments: { sides: 1 } });
    expect(refused).toMatchObject({ isError: true });
    await client.close();
  }, 30_000);

  it('serves a client that starts it, over standard input and output', async () => {
    const client = new Client({ name: 'test-client', version: '1.0.0' });
    const env = { ...process.env, USER: 'ada', NODE_OPTIONS: '' } as Headers;
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [compiled('stdio')],
      env,
      stderr: 'ignore',
    });
    await client.connect(transport);
    expect((await client.callTool({ name: 'whoami' })).content).toEqual([{ type: 'text', text: 'ada' }]);
    await client.close();
  }, 30_000);

  it('keeps an audit trail with the arguments that it names', async () => {
    const { Trail } = (await import(pathToFileURL(join(sources, fileOf('audit'))).href)) as {
      Trail: Type<{ readonly entries: readonly string[] }>;
    };
    const { app, url, close } = await startModule({
      module: class TrailModule {},
      imports: [McpSseModule.forRoot({ name: 'shop', version: '1.0.0' })],
      providers: [Trail],
    });
    running.push(close);
    const client = await connectSdkClient(`${url}/sse`);
    await client.callTool({ name: 'refund', arguments: { orderId: '7', reason: 'a secret' } });
    const { entries } = app.get(Trail);
    expect(entries.map((entry) => JSON.parse(entry) as unknown)).toMatchObject([
      { type: 'connect' },
      { type: 'initialize' },
      { type: 'call', name: 'refund', arguments: { orderId: '7' } },
    ]);
    expect(entries.join()).not.toContain('secret');
    await client.close();
  });

  it('limits the rate of a tool', async () => {
    const { LimitsModule } = (await import(pathToFileURL(join(sources, fileOf('throttler'))).href)) as {
      LimitsModule: Type;
    };
    const { url, close } = await startModule(LimitsModule);
    running.push(close);
    const client = await connectSdkClient(`${url}/sse`);
    const call = () => client.callTool({ name: 'yearlyReport' });
    expect(await call()).toMatchObject({ content: [{ text: 'a long report' }] });
    await expect(call()).rejects.toMatchObject({ code: -32000, data: { retryAfterMs: 60_000 } });
    await client.close();
  });

  it('makes a node of a cluster, which serves as ever while there is no Redis', async () => {
    const { OrdersModule } = (await import(pathToFileURL(join(sources, fileOf('cluster'))).href)) as {
      OrdersModule: Type;
    };
    process.env['REDIS_URL'] = 'redis://127.0.0.1:1';
    const { url, close } = await startModule(OrdersModule);
    running.push(close);
    const client = await connectSdkClient(`${url}/sse`);
    expect(client.getServerVersion()).toMatchObject({ name: 'orders' });
    await client.close();
  });

  it('authenticates in each of its ways', async () => {
    const server = await AuthorizationServer.start();
    running.push(() => server.close());
    const key = 'k'.repeat(16);
    Object.assign(process.env, {
      ISSUER: server.url,
      INTROSPECTION_SECRET: server.client.secret,
      JWT_SECRET: 's'.repeat(32),
      CI_KEY_DIGEST: createHash('sha256').update(key).digest('hex'),
    });
    const { GatewayGuard, ...options } = (await import(
      pathToFileURL(join(sources, fileOf('auth'))).href
    )) as Record<`with${string}`, McpSseModuleOptions> & { GatewayGuard: Type<CanActivate> };
    const aud = 'https://mcp.example.com/mcp';
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const secretToken = jwt.sign({ sub: 'ada', iss: 'https://login.example.com/' }, 's'.repeat(32));
    const ways: Record<string, [headers: Headers, refusal: number]> = {
      withOAuth: [bearer(server.token({ aud })), 401],
      withIntrospection: [bearer(server.opaqueToken({ aud })), 401],
      withJwt: [bearer(secretToken), 401],
      withApiKeys: [{ 'x-api-key': key }, 401],
      withTheApp: [{ 'x-gateway-user': 'ada' }, 403],
      withGuards: [{ 'x-gateway-user': 'ada' }, 403],
    };
    expect(Object.keys(options).toSorted()).toEqual(Object.keys(ways).toSorted());
    for (const [name, [headers, refusal]] of Object.entries(ways)) {
      const way = options[name as `with${string}`]!;
      const app = await startModule(McpSseModule.forRoot(way), 'express', (application) => {
        if (way.auth === 'app') application.useGlobalGuards(new GatewayGuard());
      });
      running.push(() => app.close());
      const refused = await send(`${app.url}/sse`, { method: 'GET' });
      expect([name, refused.status]).toEqual([name, refusal]);
      const namesMetadata = refused.headers['www-authenticate']?.includes('resource_metadata') ?? false;
      expect([name, namesMetadata]).toEqual([name, ['withOAuth', 'withIntrospection'].includes(name)]);
      const client = await connectSdkClient(`${app.url}/sse`, headers);
      expect(client.getServerVersion()).toEqual({ name: 'orders', version: '1.0.0' });
      await client.close();
      await running.pop()!();
    }
  }, 60_000);

  it('shows to each what it may use', async () => {
    const file = pathToFileURL(join(sources, fileOf('authorization'))).href;
    const { options, ...providers } = (await import(file)) as { options: McpSseModuleOptions } & Record<
      'OrdersTools' | 'ProductPolicy',
      Type<object>
    >;
    const app = await startModule(
      {
        module: class OrdersModule {},
        imports: [McpSseModule.forRoot(options)],
        providers: Object.values(providers),
      },
      'express',
      (application) => void application.useGlobalGuards(new HeaderUserGuard()),
    );
    running.push(() => app.close());
    const users: [user: Headers, tools: string[]][] = [
      [{}, ['openingHours']],
      [userHeaders('ada', ['clerk']), ['openingHours']],
      [userHeaders('ada', ['clerk'], 'orders:write'), ['cancelOrder', 'openingHours']],
      [
        { 'x-user': JSON.stringify({ sub: 'ada', tenant: 'acme', roles: ['clerk'] }) },
        ['listReturns', 'openingHours'],
      ],
    ];
    for (const [headers, expected] of users) {
      const client = await connectSdkClient(`${app.url}/sse`, headers);
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(expected);
      await client.close();
    }
  });
});

/** The file that a block is meant for, which its first line names. */
function fileOf(id: string): string {
  return /^\/\/ src\/(\S+)\n/.exec(readmeCode(id))![1]!;
}
