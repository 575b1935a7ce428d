import { expect, it } from '@jest/globals';
import type { McpDefinition } from 'nestjs-mcp-sse';
import { Subject } from 'rxjs';
import { ada, as, Books, listed } from '../fixtures/authorized.js';
import { TestPolicy } from '../fixtures/test.policy.js';
import { describeOnTransports } from '../fixtures/transports.js';
import { Vault } from '../fixtures/vault.js';

describeOnTransports('authorization', (connect, transport, era) => {
  it.each<[roles: string[], scopes: string[], names: string[]]>([
    [[], ['vault:open', 'vault:move'], ['hello']],
    [['staff'], [], ['hello', 'look', 'rules', 'anything', 'ask']],
    [['staff'], ['vault:open'], ['hello', 'look', 'rules', 'anything', 'ask']],
    [['staff'], ['vault:open', 'vault:move'], ['hello', 'look', 'open', 'rules', 'anything', 'ask']],
    [['admin'], [], ['hello', 'look', 'purge', 'gold', 'rules', 'bars', 'anything', 'ask', 'résumé']],
  ])('lists to roles %j and scopes %j what they are enough for', async (roles, scopes, names) => {
    const { client } = await connect({ providers: [Vault], options: as({ roles, scopes }).options });
    expect(await listed(client)).toEqual(names);
  });

  it('serves what it lists', async () => {
    const { client } = await connect({ providers: [Vault], options: as({ roles: ['admin'] }).options });
    expect(await client.callTool({ name: 'purge' })).toMatchObject({ content: [{ text: 'purge' }] });
    expect(await client.readResource({ uri: 'vault://gold' })).toMatchObject({
      contents: [{ text: 'gold' }],
    });
    expect(await client.readResource({ uri: 'vault://bars/1' })).toMatchObject({
      contents: [{ text: 'bars' }],
    });
    expect(await client.getPrompt({ name: 'résumé' })).toMatchObject({ messages: [{ role: 'user' }] });
  });

  it('gives each call the scopes and roles of its own message', async () => {
    const everyone = as({ roles: ['staff'] });
    const { client } = await connect({ providers: [Vault], options: everyone.options });
    // Standard input has one principal from its beginning to its end.
    if (transport === 'stdio') return;
    expect(await listed(client)).not.toContain('purge');
    everyone.principal = { ...ada, roles: ['admin'] };
    expect(await listed(client)).toContain('purge');
    expect(await client.callTool({ name: 'purge' })).toMatchObject({ content: [{ text: 'purge' }] });
    everyone.principal = ada;
    await expect(client.callTool({ name: 'purge' })).rejects.toMatchObject({ code: -32602 });
  });

  it('completes arguments of usable features, by usable completers', async () => {
    const { client } = await connect({ providers: [Vault], options: as({ roles: ['staff'] }).options });
    const ref = { type: 'ref/prompt', name: 'ask' } as const;
    const { completion } = await client.complete({ ref, argument: { name: 'secret', value: '' } });
    expect(completion.values).toEqual([]);
  });

  it('names missing scopes if nothing else is missing, and runs nothing', async () => {
    const { client } = await connect({ providers: [Vault], options: as({ roles: ['staff'] }).options });
    const refused = client.callTool({ name: 'open' });
    await expect(refused).rejects.toThrow(/vault:open vault:move/);
    if (transport !== 'stdio') return;
    await expect(refused).rejects.toMatchObject({
      code: era === 'legacy' ? -32000 : -32600,
      data: { error: 'insufficient_scope', scope: 'vault:open vault:move' },
    });
  });

  it('shows features added at run time to permitted principals only', async () => {
    const { client, registry } = await connect({ options: as({ roles: ['staff'], scopes: ['a'] }).options });
    registry.addTool({ name: 'mine', roles: ['staff', 'other'], scopes: ['a'] }, () => 'mine');
    registry.addTool({ name: 'theirs', roles: ['other'] }, () => 'theirs');
    registry.addResource({ name: 'gold', uri: 'vault://gold', roles: ['other'] }, () => 'gold');
    registry.addPrompt({ name: 'ask', roles: ['other'] }, () => 'ask');
    expect(await listed(client)).toEqual(['mine']);
    expect(await client.callTool({ name: 'mine' })).toMatchObject({ content: [{ text: 'mine' }] });
    await expect(client.callTool({ name: 'theirs' })).rejects.toThrow('Unknown tool: theirs');
    const wrong = () => registry.addTool({ name: 'no', scopes: ['two words'] }, () => '');
    expect(wrong).toThrow(/addTool\("no"\).*"two words" is not a scope/);
  });

  it('pages the features that a principal sees, and refuses a cursor once they have changed', async () => {
    const policy = new TestPolicy();
    const odd = ({ name }: McpDefinition) => Number(name) % 2 === 1;
    policy.decide = odd;
    const { client, registry } = await connect({
      options: { ...as({}).options, policy, limits: { pageSize: 2 } },
    });
    for (let index = 0; index < 9; index++) registry.addTool({ name: `${index}` }, () => index);
    const first = await client.request({ method: 'tools/list', params: {} });
    expect(first.tools.map(({ name }) => name)).toEqual(['1', '3']);
    const second = await client.listTools({ cursor: first.nextCursor });
    expect(second.tools.map(({ name }) => name)).toEqual(['5', '7']);
    expect(second.nextCursor).toBeUndefined();

    policy.decide = ({ name }) => Number(name) >= 3;
    await expect(client.listTools({ cursor: first.nextCursor })).rejects.toThrow(/unknown cursor/);
    policy.decide = odd;
    expect(await client.listTools({ cursor: first.nextCursor })).toEqual(second);
  });

  it('caches no list that was built while a feature was added', async () => {
    const policy = new TestPolicy();
    const { client, registry } = await connect({
      providers: [Books],
      options: { ...as({}).options, policy },
    });
    let release = (_accepts: boolean) => {};
    const held = new Promise<boolean>((resolve) => (release = resolve));
    const asked = new Promise<void>((resolve) => {
      policy.decide = () => {
        resolve();
        return held;
      };
    });
    const listing = listed(client);
    await asked;
    registry.addTool({ name: 'later' }, () => '');
    policy.decide = () => true;
    release(true);
    await listing;
    expect(await listed(client)).toEqual(['burn', 'later', 'lend']);
  });

  it('sends updates until the resource may no longer be read', async () => {
    const policy = new TestPolicy();
    const { client, registry, sessions } = await connect({ options: { ...as({}).options, policy } });
    const updates$ = new Subject<string>();
    registry.addResource({ name: 'live', uri: 'news://live' }, () => updates$);
    registry.addResource({ name: 'still', uri: 'news://still' }, () => 'still');
    const told: string[] = [];
    client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void told.push(params.uri),
    );
    await client.listen({
      toolsListChanged: true,
      resourceSubscriptions: ['news://live', 'news://still'],
    });
    let changes = 0;
    const change = async () => {
      updates$.next('news');
      sessions.resourceUpdated('news://still');
      // Comes after the updates.
      const next = new Promise<void>((resolve) =>
        client.setNotificationHandler('notifications/tools/list_changed', () => resolve()),
      );
      registry.addTool({ name: `tool-${++changes}` }, () => '');
      await next;
    };
    await change();
    expect(told).toEqual(['news://live', 'news://still']);
    policy.decide = async () => true;
    await change();
    await change();
    expect(told).toHaveLength(6);
    policy.decide = async ({ kind }) => kind !== 'resource';
    await change();
    expect(updates$.observed).toBe(false);
    policy.decide = () => true;
    await change();
    expect(told).toHaveLength(6);
  });
});
