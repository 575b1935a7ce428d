import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpResource } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { tableRows } from '../fixtures/page-table.js';

const [MODERN_COLUMN, LEGACY_COLUMN] = [1, 2];

@Injectable()
class Broken {
  @McpResource({ uri: 'shop://broken' })
  broken(): string {
    throw new Error('broken');
  }
}

const { start } = appPerTest();

/** What the page says of a code. */
function meaningOf(code: string, column: number): string {
  return tableRows('docs/troubleshooting.md', 'What do the codes mean?').find(([of]) => of === code)![
    column
  ]!;
}

describe('what the codes mean', () => {
  const unread = { accept: 'application/json' };
  const uncapable = { _meta: { 'io.modelcontextprotocol/clientCapabilities': null } };

  it.each<[code: string, status: number, method: string, params?: object, headers?: Record<string, string>]>([
    ['-32600', 406, 'tools/list', {}, unread],
    ['-32601', 404, 'ping'],
    ['-32602', 400, 'tools/list', uncapable],
    ['-32602', 200, 'tools/call', { name: 'none' }],
    ['-32602', 200, 'resources/read', { uri: 'shop://none' }],
    ['-32603', 200, 'resources/read', { uri: 'shop://broken' }],
  ])('%s with %i, without a session', async (code, status, method, ...[params, headers]) => {
    const { url } = await start({ providers: [Broken] });
    const refused = await new ModernWireClient(`${url}/mcp`).post(method, params, headers);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      status,
      { error: { code: Number(code) } },
    ]);
    expect(meaningOf(code, MODERN_COLUMN)).toContain(code === '-32600' ? 'below 500' : `${status}:`);
  });

  it.each<[code: string, status: number, method: string, params?: object, headers?: Record<string, string>]>([
    ['-32601', 200, 'none'],
    ['-32602', 200, 'tools/call', { name: 'none' }],
    ['-32603', 200, 'resources/read', { uri: 'shop://broken' }],
    ['-32000', 406, 'tools/list', {}, unread],
    ['-32001', 404, 'tools/list', {}, { 'mcp-session-id': 'x' }],
    ['-32002', 200, 'resources/read', { uri: 'shop://none' }],
  ])('%s with %i, in a session', async (code, status, method, ...[params, headers]) => {
    const { url } = await start({ providers: [Broken] });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const refused = await client.post(rpc(1, method, params), headers);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      status,
      { error: { code: Number(code) } },
    ]);
    expect(meaningOf(code, LEGACY_COLUMN)).toMatch(
      code === '-32603' ? 'the same' : new RegExp(`\\b${status}\\b`),
    );
  });
});
