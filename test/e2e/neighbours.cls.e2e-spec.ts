import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/client';
import type { McpEra } from 'nestjs-mcp-sse';
import { connectClient, type SdkClient } from '../clients/client-of-either-era.js';
import { bareEnvironment } from '../fixtures/bare-environment.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { httpTransport, type TransportName } from '../fixtures/transports.js';

const MAIN = 'test/fixtures/neighbours/cls.main.ts';

let application: ChildApplication;
let client: SdkClient | undefined;

beforeAll(async () => {
  application = await startTypeScript(MAIN);
});

afterEach(async () => {
  await client?.close();
  client = undefined;
});

afterAll(() => application.stop());

const textOf = (result: object) => (result as { content: [{ text: string }] }).content[0].text;

async function connect(mount: string, transport: TransportName, era: McpEra, tenant: string) {
  const url = new RegExp(`^${mount} (\\S+)`, 'm').exec(application.output.join(''))![1]!;
  const asTenant = (input: string | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    headers.set('x-tenant', tenant);
    return fetch(input, { ...init, headers });
  };
  return connectClient(era, httpTransport(url, transport, era, asTenant));
}

async function leave(notes: readonly string[]): Promise<string[]> {
  const calls = notes.map((note) => client!.callTool({ name: 'leave', arguments: { note } }));
  return (await Promise.all(calls)).map(textOf);
}

describe.each(['middleware', 'guard', 'interceptor'])('the store of nestjs-cls, mounted as %s', (mount) => {
  it.each<[TransportName, McpEra]>([
    ['sse', 'legacy'],
    ['streamable-http', 'legacy'],
    ['streamable-http', 'modern'],
  ])('is there in a tool over %s (%s), and belongs to one call', async (transport, era) => {
    client = await connect(mount, transport, era, 'acme');
    expect(textOf(await client.callTool({ name: 'tenant' }))).toBe('acme with an id');
    const notes = ['one', 'two', 'three'];
    expect(await leave(notes)).toEqual(notes.map((note) => `found nothing, left ${note}`));
    expect(await leave(['four'])).toEqual(['found nothing, left four']);
  });
});

it.each<[mount: string, McpEra]>([
  ['guard', 'legacy'],
  ['interceptor', 'modern'],
])('the store of nestjs-cls, mounted as %s, belongs to one call over stdio (%s)', async (mount, era) => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--import', './test/fixtures/typescript/register.mjs', MAIN],
    env: { ...bareEnvironment(), MOUNT: mount },
    stderr: 'ignore',
  });
  client = await connectClient(era, transport as Transport);
  expect(textOf(await client.callTool({ name: 'tenant' }))).toBe('none with an id');
  const notes = ['one', 'two', 'three'];
  expect(await leave(notes)).toEqual(notes.map((note) => `found nothing, left ${note}`));
});
