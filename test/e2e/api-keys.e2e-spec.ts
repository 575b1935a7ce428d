import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import {
  McpConfigurationError,
  type McpApiKey,
  type McpApiKeyOptions,
  type McpApiKeyOwner,
  type McpApiKeyProvider,
} from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { Promoting } from '../fixtures/promoting.js';
import { startApp } from '../fixtures/start-app.js';
import { WhoAmI } from '../fixtures/who-am-i.js';

type Headers = Record<string, string>;

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const KEYS: McpApiKey[] = [
  { name: 'ci', key: 'the key of the build server' },
  { name: 'desk', key: 'the old key of the help desk', tenant: 'acme', scopes: ['read'], roles: ['agent'] },
  { name: 'desk', digest: sha256('the new key of the help desk'), tenant: 'acme' },
];

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

@Injectable()
class Directory {
  /** A careless one: it has an owner of no key. */
  readonly owners = new Map<string, McpApiKeyOwner>([
    ['', { name: 'nobody' }],
    ['from the database', { name: 'ada', tenant: 'acme' }],
  ]);
}

@Injectable()
class KeysService implements McpApiKeyProvider {
  constructor(private readonly directory: Directory) {}

  async verify(key: string): Promise<McpApiKeyOwner | undefined> {
    if (key === 'broken') throw new Error(`the database knows no ${key}`);
    return this.directory.owners.get(key);
  }
}

@Module({ providers: [Directory, KeysService] })
class KeysModule {}

describeOnAdapters('API keys', (adapter) => {
  const { start } = appPerTest(adapter);
  let url: string;
  const serve = async (apiKey: McpApiKeyOptions) => {
    ({ url } = await start({
      imports: [KeysModule],
      providers: [WhoAmI, Promoting],
      options: { auth: { apiKey } },
    }));
  };
  const connect = (headers: Headers) => WireClient.connect(`${url}/sse`, headers);
  const open = (headers: Headers) => send(`${url}/sse`, { method: 'GET', headers });
  const whoami = async (headers: Headers) => {
    const client = await connect(headers);
    const { result } = await client.callTool(1, 'whoami');
    client.close();
    return result.structuredContent;
  };

  it.each<Headers>([
    { 'x-api-key': 'the old key of the help desk' },
    { authorization: 'Bearer the old key of the help desk' },
  ])('in %j tell whose they are', async (headers) => {
    await serve({ keys: KEYS });
    expect(await whoami(headers)).toEqual({
      subject: 'desk',
      issuer: 'api-key',
      tenant: 'acme',
      scopes: ['read'],
      roles: ['agent'],
    });
  });

  it('can be known by their digests', async () => {
    await serve({ keys: KEYS });
    const owner = await whoami({ 'x-api-key': 'the new key of the help desk' });
    expect(owner).toEqual({ subject: 'desk', issuer: 'api-key', tenant: 'acme', scopes: [], roles: [] });
    expect((await open({ 'x-api-key': sha256('the new key of the help desk') })).status).toBe(401);
  });

  it('are read from the configured header', async () => {
    await serve({ keys: KEYS, header: 'X-Service-Key' });
    expect(await whoami({ 'x-service-key': 'the key of the build server' })).toMatchObject({ subject: 'ci' });
    expect((await open({ 'x-api-key': 'the key of the build server' })).status).toBe(401);
  });

  it('give each request roles of its own, which a handler may change', async () => {
    await serve({ keys: KEYS });
    const client = await connect({ 'x-api-key': 'the old key of the help desk' });
    for (const id of [1, 2])
      expect((await client.callTool(id, 'promote')).result.content[0].text).toBe('agent');
    client.close();
  });

  it('of one owner reach the same session, so that keys can be rotated', async () => {
    await serve({ keys: KEYS });
    const client = await connect({ 'x-api-key': 'the old key of the help desk' });
    expect((await client.post(PING, { 'x-api-key': 'the new key of the help desk' })).status).toBe(202);
    expect((await client.post(PING, { 'x-api-key': 'the key of the build server' })).status).toBe(404);
    client.close();
  });

  it.each<Headers>([
    {},
    { 'x-api-key': '' },
    { 'x-api-key': 'the key of the build serve' },
    { 'x-api-key': 'the key of the build server, the key of the build server' },
    { authorization: 'Basic the key of the build server' },
  ])('that are not known are refused: %j', async (headers) => {
    await serve({ keys: KEYS });
    const { status, headers: answered } = await open(headers);
    expect([status, answered['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer/)]);
  });

  it('can be looked up by a provider of the application', async () => {
    await serve({ provider: KeysService });
    expect(await whoami({ 'x-api-key': 'from the database' })).toMatchObject({
      subject: 'ada',
      tenant: 'acme',
    });
    for (const headers of [{}, { 'x-api-key': '' }, { 'x-api-key': 'other' }] as Headers[])
      expect((await open(headers)).status).toBe(401);
  });

  it('let nobody in when the provider fails, and the answer does not tell the cause', async () => {
    await serve({ provider: KeysService });
    const { status, body } = await open({ 'x-api-key': 'broken' });
    expect([status, body]).toEqual([500, expect.not.stringContaining('broken')]);
  });
});

describe('the apiKey option', () => {
  it.each<[string, McpApiKeyOptions, RegExp]>([
    ['without keys or a provider', {}, /either `keys` or `provider`/],
    ['with keys and a provider', { keys: KEYS, provider: KeysService }, /either `keys` or `provider`/],
    ['with no keys', { keys: [] }, /auth: \{ apiKey/],
    ['with an empty key', { keys: [{ name: 'ci', key: '' }] }, /is empty/],
    ['with an empty name', { keys: [{ name: '', key: 'secret' }] }, /non-empty/],
    ['with a digest that is none', { keys: [{ name: 'ci', digest: 'secret' }] }, /64 hex digits/],
    [
      'with a key of two owners',
      {
        keys: [
          { name: 'ci', key: 'secret' },
          { name: 'desk', digest: sha256('secret') },
        ],
      },
      /a key twice/,
    ],
  ])('%s stops the boot', async (_, apiKey, message) => {
    const start = startApp({ imports: [KeysModule], options: { auth: { apiKey } } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
    await expect(start).rejects.not.toThrow(/secret/);
  });
});
