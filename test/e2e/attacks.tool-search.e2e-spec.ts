import { describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { cpuTime } from '../fixtures/cpu-time.js';
import { Billing, Catalogue, Orders, Vault } from '../fixtures/large-set.js';

/** Thirty searches take a fraction of it; work that is not linear in the query would take far longer. */
const FAR_TOO_LONG_MS = 8_000;

describe('an attacker who searches tools', () => {
  const { start } = appPerTest();
  const serve = async () => {
    const { url } = await start({
      providers: [Catalogue, Billing, Orders, Vault],
      options: { toolSearch: {}, limits: { maxArgumentDepth: 8, maxArgumentMembers: 100 } },
    });
    return url;
  };

  it('gains nothing by long queries, by expressions, or by words that nearly match everything', async () => {
    const client = new ModernWireClient(`${await serve()}/mcp`);
    const search = async (query: unknown) => (await client.callTool('search_tools', { query })).result;
    const begun = cpuTime();
    for (const query of ['x '.repeat(500_000), 'x'.repeat(1_000_000), 'a'.repeat(501)])
      expect(await search(query)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/^Invalid arguments: .{1,200}$/) }],
      });
    const near = [
      'accounx',
      'addresx',
      'articlx',
      'campaigx',
      'catalogux',
      'contracx',
      'couriex',
      'currencx',
    ];
    const expressions = [
      '.*',
      '^(([a-z])+.)+$',
      '(x+x+)+y'.repeat(60),
      '['.repeat(500),
      '\\'.repeat(500),
      '%00',
      '\u0000',
    ];
    for (const query of [...expressions, near.join(' ').repeat(6), 'é'.repeat(500), '𝒳'.repeat(250)]) {
      const { isError, structuredContent } = await search(query);
      expect([isError, structuredContent.tools.length <= 5]).toEqual([undefined, true]);
    }
    for (const query of [null, 5, {}, ['refund']])
      expect(await search(query)).toMatchObject({ isError: true });
    expect(cpuTime() - begun).toBeLessThan(FAR_TOO_LONG_MS);
  });

  it('passes no limit of a call by calling through another', async () => {
    const url = await serve();
    const deep = (levels: number): object => (levels === 0 ? {} : { in: deep(levels - 1) });
    const members = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`m${index}`, index]));
    const modern = new ModernWireClient(`${url}/mcp`);
    const legacy = await HttpWireClient.connect(`${url}/mcp`);
    const calls = [
      (params: object) => modern.call('tools/call', params),
      (params: object) => legacy.call(1, 'tools/call', params),
    ];
    for (const call of calls)
      for (const args of [deep(9), members]) {
        const through = { name: 'call_tool', arguments: { name: 'count_city', arguments: args } };
        const { id: _id, ...refused } = await call(through);
        const { id: _other, ...direct } = await call({ name: 'count_city', arguments: args });
        expect(refused).toEqual(direct);
        expect(refused['result']?.isError ?? refused['error']).toBeTruthy();
      }
    let nested: object = { name: 'count_city' };
    for (let level = 0; level < 5; level++) nested = { name: 'call_tool', arguments: nested };
    expect((await modern.call('tools/call', nested)).error.message).toBe('Unknown tool: call_tool');
  });

  it('learns no toolset that is hidden, however the URL picks it', async () => {
    const url = await serve();
    const list = async (query: string) =>
      (await new ModernWireClient(`${url}/mcp?${query}`).call('tools/list')).error as { message: string };
    const none = await list('toolsets=none');
    for (const name of ['vault', 'VAULT', '__proto__', 'constructor', '*', '../vault'])
      expect(await list(`toolsets=${encodeURIComponent(name)}`)).toEqual({
        ...none,
        message: none.message.replace('none', name),
      });
    const many = await list(`toolsets=${Array.from({ length: 2_000 }, (_, index) => `t${index}`).join()}`);
    expect(many.message.length).toBeLessThan(1_000);
    expect((await list(`toolsets=${'x'.repeat(9_000)}`)).message.length).toBeLessThan(300);
  });

  it('picks by a nested query, which a parser makes an object without a text: an unknown toolset', async () => {
    const { url } = await start({
      providers: [Billing],
      configure: (app) => void (app as NestExpressApplication).set('query parser', 'extended'),
    });
    for (const query of ['toolsets[toString]=x', 'toolsets[a][b]=billing', 'toolsets[][a]=billing'])
      expect(await new ModernWireClient(`${url}/mcp?${query}`).call('tools/list')).toMatchObject({
        error: { code: -32602, message: expect.stringContaining('Unknown toolset') },
      });
  });
});
