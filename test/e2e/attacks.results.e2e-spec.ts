import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpRoles, McpTool } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { ModernWireClient, type Message } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { movableClock } from '../fixtures/clock.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';

const KIB = 1024;
const BYTES = 100 * KIB;
const TTL_MS = 60_000;
const OPTIONS = {
  guards: [HeaderUserGuard],
  limits: { maxResultBytes: KIB },
  results: { ttlMs: TTL_MS, maxBytesPerPrincipal: 3 * BYTES + 3 * KIB },
};

@Injectable()
class Archive {
  @McpTool({ onTooLarge: 'resource' })
  dump(): string {
    return 'x'.repeat(BYTES);
  }

  @McpTool({ onTooLarge: 'resource' })
  @McpRoles('admin')
  secrets(): string {
    return 's'.repeat(BYTES);
  }
}

const user = (sub: string, tenant?: string, roles: string[] = []) => ({
  'x-user': JSON.stringify({ sub, tenant, roles }),
});
const uriIn = (answer: Message) => answer['result'].content[1].uri as string;

describeOnAdapters('the attacker who wants results that are kept for others', (adapter) => {
  const { start } = appPerTest(adapter);
  const advance = movableClock();

  const serve = async () => {
    const { url } = await start({ providers: [Archive], options: OPTIONS });
    return (headers: Record<string, string>) => new ModernWireClient(`${url}/mcp`, headers);
  };
  const read = (client: ModernWireClient, uri: string) => client.call('resources/read', { uri });
  /** The answer to a URI that nobody has, with the given one in its place. */
  const unknown = (uri: string) => ({
    error: { code: -32602, message: `Resource not found: ${uri}`, data: { uri } },
  });

  it('reads one of another tenant, of another user, or as nobody: it is unknown', async () => {
    const as = await serve();
    const ada = as(user('ada', 'acme'));
    const uri = uriIn(await ada.callTool('dump'));
    expect((await read(ada, uri)).result.contents[0].text).toHaveLength(BYTES);
    for (const other of [user('ada', 'umbrella'), user('bob', 'acme'), user('ada'), {}])
      expect(await read(as(other), uri)).toMatchObject(unknown(uri));
    const guessed = uri.replace(/[\w-]{22}$/, 'A'.repeat(22));
    expect(await read(ada, guessed)).toMatchObject(unknown(guessed));
  });

  it('reads it on another route, such as that of another team: it is unknown', async () => {
    const { url } = await start({
      providers: [Archive],
      options: { ...OPTIONS, http: { path: ':team/mcp' } },
    });
    const on = (team: string) => new ModernWireClient(`${url}/${team}/mcp`, user('ada'));
    const uri = uriIn(await on('blue').callTool('dump'));
    expect(await read(on('red'), uri)).toMatchObject(unknown(uri));
    expect(await read(on('blue'), uri)).toHaveProperty('result');
  });

  it('guesses: each URI has 128 random bits, and no list has it', async () => {
    const as = await serve();
    const ada = as(user('ada'));
    const uris = [uriIn(await ada.callTool('dump')), uriIn(await ada.callTool('dump'))];
    for (const uri of uris) expect(uri).toMatch(/^tool:\/\/dump\/results\/[\w-]{22}$/);
    expect(uris[0]).not.toBe(uris[1]);
    expect((await ada.call('resources/list')).result.resources).toEqual([]);
    expect((await ada.call('resources/templates/list')).result.resourceTemplates).toEqual([]);
  });

  it('has lost the right to its tool: what it has kept is unknown', async () => {
    const as = await serve();
    const uri = uriIn(await as(user('ada', undefined, ['admin'])).callTool('secrets'));
    expect(await read(as(user('ada', undefined, ['admin'])), uri)).toHaveProperty('result');
    expect(await read(as(user('ada')), uri)).toMatchObject(unknown(uri));
  });

  it('comes late: what was kept is unknown after its time', async () => {
    const as = await serve();
    const ada = as(user('ada'));
    const uri = uriIn(await ada.callTool('dump'));
    advance(TTL_MS - 1_000);
    expect(await read(ada, uri)).toHaveProperty('result');
    advance(1_000);
    expect(await read(ada, uri)).toMatchObject(unknown(uri));
  });

  it('has a session, and reads or subscribes to one that another session has kept: it is unknown', async () => {
    const { url } = await start({ providers: [Archive], options: OPTIONS });
    const ada = await WireClient.connect(`${url}/sse`, user('ada'));
    const [uri] = textOf(await ada.callTool(1, 'dump')).match(/tool:\/\/dump\/results\/[\w-]{22}/)!;
    const bob = await WireClient.connect(`${url}/sse`, user('bob'));
    expect(await bob.call(1, 'resources/read', { uri })).toMatchObject({ error: { code: -32002 } });
    expect(await bob.call(2, 'resources/subscribe', { uri })).toMatchObject({ error: { code: -32002 } });
    expect(await ada.call(2, 'resources/read', { uri })).toHaveProperty('result');
  });
});

describeOnAdapters('the attacker who wants much to be kept', (adapter) => {
  const { start } = appPerTest(adapter);
  const advance = movableClock();

  it('keeps more than it may: its oldest results go, and nothing of others', async () => {
    const { url, sessions } = await start({ providers: [Archive], options: OPTIONS });
    const [ada, mallory] = ['ada', 'mallory'].map((sub) => new ModernWireClient(`${url}/mcp`, user(sub)));
    const ofAda = uriIn(await ada!.callTool('dump'));
    const uris: string[] = [];
    for (let count = 0; count < 5; count++) uris.push(uriIn(await mallory!.callTool('dump')));
    const has = async (client: ModernWireClient, uri: string) =>
      (await client.call('resources/read', { uri })).result !== undefined;
    const kept: boolean[] = [];
    for (const uri of uris) kept.push(await has(mallory!, uri));
    expect(kept).toEqual([false, false, true, true, true]);
    expect(await has(ada!, ofAda)).toBe(true);
    expect(sessions.memory.bytes).toBeGreaterThan(4 * BYTES);
    expect(sessions.memory.bytes).toBeLessThan(5 * BYTES);
    advance(TTL_MS + 10_000);
    expect(sessions.memory.bytes).toBe(0);
  });

  it('has many names: what is kept stays within the memory of all clients', async () => {
    const limits = { ...OPTIONS.limits, maxBytes: 10 * BYTES, maxSessions: 20 };
    const { url, sessions } = await start({ providers: [Archive], options: { ...OPTIONS, limits } });
    for (let name = 0; name < 30; name++) {
      const client = new ModernWireClient(`${url}/mcp`, user(`mallory-${name}`));
      expect(textOf(await client.callTool('dump'))).toMatch(/is the resource tool:|^isError: The result has/);
      expect(sessions.memory.bytes).toBeLessThanOrEqual(10 * BYTES);
    }
    expect(sessions.memory.bytes).toBeGreaterThan(5 * BYTES);
  });

  it('keeps one that is larger than all may be: it is an error', async () => {
    const results = { maxBytesPerPrincipal: BYTES - 1 };
    const { url, sessions } = await start({ providers: [Archive], options: { ...OPTIONS, results } });
    const ada = new ModernWireClient(`${url}/mcp`, user('ada'));
    expect(textOf(await ada.callTool('dump'))).toMatch(/^isError: The result has 102,\d+ bytes/);
    expect(sessions.memory.bytes).toBe(0);
  });
});
