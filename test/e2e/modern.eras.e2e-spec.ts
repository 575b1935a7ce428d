import { expect, it } from '@jest/globals';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { MODERN } from '../clients/modern-client.js';
import { modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { Desk, GREET } from '../fixtures/desk.js';

describeOnAdapters('a server of one era', (adapter) => {
  const { start } = appPerTest(adapter);

  it('without the legacy one refuses GET, DELETE and initialize, and names the versions that it serves', async () => {
    const { url, sessions } = await start({ providers: [Desk], options: { protocol: { legacy: false } } });
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${url}/mcp`, { method, headers: { accept: 'text/event-stream' } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const refused = await postModern(url, initialize(), { 'mcp-protocol-version': undefined });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: -32022, data: { supported: [MODERN] } } },
    ]);
    expect((await postModern(url, rpc(1, 'tools/list'), { 'mcp-session-id': 'x' })).status).toBe(400);
    expect((await postModern(url, GREET)).status).toBe(200);
    expect(sessions.sessions).toEqual([]);
  });

  it('without the modern one answers as servers did before it', async () => {
    const { url } = await start({ providers: [Desk], options: { protocol: { modern: false } } });
    const refused = await postModern(url, modernRpc(1, 'server/discover'));
    const { error } = (await refused.json()) as Message;
    expect(refused.status).toBe(400);
    // A client takes these for a server of the modern era.
    expect([-32020, -32021, -32022]).not.toContain(error.code);
    expect((await postModern(url, initialize(), { 'mcp-protocol-version': undefined })).status).toBe(200);
  });
});
