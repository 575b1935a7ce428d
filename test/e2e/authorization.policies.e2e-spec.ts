import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpPolicy, type McpDefinition, type McpPrincipal } from 'nestjs-mcp-sse';
import { as, Books, listed } from '../fixtures/authorized.js';
import { TestPolicy } from '../fixtures/test.policy.js';
import { describeOnTransports, describeWithSessions } from '../fixtures/transports.js';
import { Vault } from '../fixtures/vault.js';

describeOnTransports('a policy', (connect, transport, era) => {
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
