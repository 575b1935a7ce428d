import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpPolicy, McpTool, type McpDefinition, type McpPrincipal } from 'nestjs-mcp-sse';
import { Subject } from 'rxjs';
import type { SdkClient } from '../clients/client-of-either-era.js';
import { TestPolicy } from '../fixtures/test.policy.js';
import { describeOnTransports, describeWithSessions } from '../fixtures/transports.js';
import { Vault } from '../fixtures/vault.js';

const ada: McpPrincipal = { subject: 'ada', scopes: [], roles: [], claims: {} };

/** Whom a server that was started with `as(…)` takes everyone for, until another one is set. */
class Everyone {
  constructor(public principal: McpPrincipal) {}

  get options() {
    return { principal: () => this.principal };
  }
}

const as = (principal: Partial<McpPrincipal>) => new Everyone({ ...ada, ...principal });

/** The names on every list. */
async function listed(client: SdkClient): Promise<string[]> {
  const { tools } = await client.listTools();
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  const { prompts } = await client.listPrompts();
  return [...tools, ...resources, ...resourceTemplates, ...prompts].map(({ name }) => name);
}

@Injectable()
class Books {
  @McpTool()
  lend(): string {
    return 'lent';
  }

  @McpTool()
  burn(): string {
    return 'burnt';
  }
}

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
      code: -32000,
      data: { error: 'insufficient_scope', scope: 'vault:open vault:move' },
    });
  });

  it('asks the policy for lists and calls alike, besides what the decorators say', async () => {
    const policy = new TestPolicy();
    const { client } = await connect({
      providers: [Vault, Books],
      options: { ...as({ roles: ['staff'] }).options, policy },
    });
    const refused = ['look', 'hello', 'burn', 'open', 'rules', 'ask'];
    policy.decide = async ({ name }, { subject }) => subject === 'ada' && !refused.includes(name);
    // What is public is for everyone, and what the policy allows still needs its roles and scopes.
    expect(await listed(client)).toEqual(['hello', 'lend', 'anything']);
    expect(policy.asked).toContainEqual({
      kind: 'tool',
      name: 'look',
      transport: era === 'legacy' ? transport : undefined,
    });
    expect(policy.asked.map(({ name }) => name)).not.toContain('hello');
    expect(await client.callTool({ name: 'lend' })).toMatchObject({ content: [{ text: 'lent' }] });
    for (const name of ['look', 'burn', 'purge', 'open', 'unknown'])
      await expect(client.callTool({ name })).rejects.toThrow(`Unknown tool: ${name}`);
    await expect(client.getPrompt({ name: 'ask' })).rejects.toThrow('Unknown prompt: ask');
    await expect(client.readResource({ uri: 'vault://rules' })).rejects.toMatchObject({
      code: era === 'legacy' ? -32002 : -32602,
    });
  });

  it('asks the policy once for any name, so that timing does not tell hidden from unknown', async () => {
    const policy = new TestPolicy();
    policy.decide = ({ name }) => name !== 'burn';
    const { client } = await connect({ providers: [Vault, Books], options: { ...as({}).options, policy } });
    const asked = async (request: Promise<unknown>) => {
      policy.asked.length = 0;
      await expect(request).rejects.toThrow(/Unknown|not found/);
      return policy.asked.length;
    };
    for (const name of ['burn', 'purge', 'unknown']) expect(await asked(client.callTool({ name }))).toBe(1);
    for (const name of ['résumé', 'unknown']) expect(await asked(client.getPrompt({ name }))).toBe(1);
    for (const uri of ['vault://gold', 'vault://bars/1', 'unknown://one'])
      expect(await asked(client.readResource({ uri }))).toBe(1);
  });

  it.each<[what: string, decide: TestPolicy['decide']]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'does either',
      ({ name }) => {
        if (name === 'lend') return Promise.reject(new Error('secret'));
        throw new Error('secret');
      },
    ],
  ])('lets nobody do anything while the policy %s', async (_, decide) => {
    const policy = new TestPolicy();
    policy.decide = decide;
    const { client } = await connect({ providers: [Books], options: { ...as({}).options, policy } });
    for (const request of [
      () => client.listTools(),
      () => client.callTool({ name: 'lend' }),
      () => client.callTool({ name: 'no' }),
    ]) {
      const refused = request();
      await expect(refused).rejects.toMatchObject({ code: -32603 });
      await expect(refused).rejects.toThrow(/(^|: )Internal error \(correlation id \S+\)$/);
    }
  });

  it.each([1, 'yes', Promise.resolve('yes'), undefined])(
    'treats %p returned by a policy as a refusal',
    async (value) => {
      const policy = new TestPolicy();
      policy.decide = () => value;
      const { client } = await connect({ providers: [Books], options: { ...as({}).options, policy } });
      expect(await listed(client)).toEqual([]);
    },
  );

  it('instantiates the policy class with its dependencies', async () => {
    @Injectable()
    class Catalogue {
      readonly lent = ['lend'];
    }
    @Injectable()
    class CataloguePolicy extends McpPolicy {
      constructor(private readonly catalogue: Catalogue) {
        super();
      }

      async canAccess(_principal: McpPrincipal, { name }: McpDefinition): Promise<boolean> {
        return this.catalogue.lent.includes(name);
      }
    }
    const { client } = await connect({
      providers: [Books, Catalogue, CataloguePolicy],
      options: { ...as({}).options, policy: CataloguePolicy },
    });
    expect(await listed(client)).toEqual(['lend']);
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

describeWithSessions('authorization of a subscription', (connect) => {
  it('asks the policy once for any resource, as a read does', async () => {
    const policy = new TestPolicy();
    policy.decide = ({ name }) => name !== 'rules';
    const { client } = await connect({ providers: [Vault], options: { ...as({}).options, policy } });
    for (const uri of ['vault://rules', 'vault://gold', 'vault://bars/1', 'unknown://one']) {
      policy.asked.length = 0;
      await expect(client.subscribeResource({ uri })).rejects.toThrow(/not found/);
      expect(policy.asked).toHaveLength(1);
    }
  });

  it('finds the resources that may be read, and no others', async () => {
    const policy = new TestPolicy();
    policy.decide = ({ name }) => name !== 'rules';
    const { client } = await connect({
      providers: [Vault],
      options: { ...as({ roles: ['admin'] }).options, policy },
    });
    expect(await client.subscribeResource({ uri: 'vault://gold' })).toEqual({});
    await expect(client.subscribeResource({ uri: 'vault://rules' })).rejects.toMatchObject({ code: -32002 });
  });
});
