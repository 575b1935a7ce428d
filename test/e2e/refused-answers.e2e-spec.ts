import { expect, it } from '@jest/globals';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { httpClientAt, messagesUrlAt, nodesPerTest } from '../fixtures/nodes.js';
import { REFUSED_ANSWERS } from '../fixtures/refused-answers.js';
import { Stage } from '../fixtures/stage.js';

const FORM = { message: 'Who?', requestedSchema: { type: 'object' as const, properties: {} } };
const INITIALIZE = {
  protocolVersion: '2024-11-05',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'wire', version: '1' },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const accepted = (id: unknown) => ({ jsonrpc: '2.0', id, result: { action: 'accept', content: {} } });
const told = (asked: Promise<unknown>) => asked.then(JSON.stringify, ({ message }: Error) => message);

async function connectSse(url: string): Promise<WireClient> {
  const client = await WireClient.connect(`${url}/sse`);
  await client.call('init', 'initialize', INITIALIZE);
  await client.post(initialized);
  return client;
}

describeOnAdapters('an answer of the client that cannot be accepted', (adapter) => {
  const { start } = appPerTest(adapter);
  const startNodes = nodesPerTest(adapter);

  it('fails the call that waits for it at once over Streamable HTTP', async () => {
    const { app, url } = await start({ providers: [Stage] });
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { elicitation: {} } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    for (const [what, answer, expected] of REFUSED_ANSWERS) {
      const asked = told(context.elicit(FORM));
      const { id } = await stream.message();
      await client.post(answer(id));
      expect([what, await asked]).toEqual([what, expect.stringMatching(expected)]);
    }
    resolve('done');
    await stream.end();
  });

  it('fails the call in a batch, in the revision that has batches', async () => {
    const { app, url } = await start({ providers: [Stage] });
    const options = { version: '2025-03-26', capabilities: { elicitation: {} } };
    const client = await HttpWireClient.connect(`${url}/mcp`, options);
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const asked = told(context.elicit(FORM));
    const { id } = await stream.message();
    const { status } = await client.post([accepted(id), { jsonrpc: '2.0', id: 'x', method: 7 }]);
    expect(status).toBe(400);
    expect(await asked).toMatch(
      /elicitation\/create was refused: Invalid Request: "method" must be a string/,
    );
    resolve('done');
    await stream.end();
  });

  it('fails the call that waits for it at once over HTTP+SSE', async () => {
    const { app, url } = await start({ providers: [Stage] });
    const client = await connectSse(url);
    await client.post({ jsonrpc: '2.0', id: 'a', method: 'tools/call', params: { name: 'perform' } });
    const { context } = await app.get(Stage).next();
    for (const [what, answer, expected] of REFUSED_ANSWERS) {
      const asked = told(context.elicit(FORM));
      const { id } = await client.message();
      await client.post(answer(id));
      expect([what, await asked]).toEqual([what, expect.stringMatching(expected)]);
    }
    client.close();
  });

  it('fails no call of another session or with another pending question', async () => {
    const { app, url } = await start({ providers: [Stage] });
    const capabilities = { elicitation: {} };
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities });
    const other = await HttpWireClient.connect(`${url}/mcp`, { capabilities });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const asked = told(context.elicit(FORM));
    const { id } = await stream.message();
    expect(await other.post({ id, result: {} })).toMatchObject({ status: 400 });
    expect(await client.post({ id: Number(id) + 1, result: {} })).toMatchObject({ status: 400 });
    expect(await client.post({ id: String(id), result: {} })).toMatchObject({ status: 400 });
    expect(await client.post(accepted(id))).toMatchObject({ status: 202 });
    expect(await asked).toBe('{"action":"accept","content":{}}');
    resolve('done');
    await stream.end();
  });

  it('fails the call at the node that owns the session, wherever it is posted', async () => {
    const [one, other] = await startNodes(2);
    const client = await HttpWireClient.connect(`${one!.url}/mcp`, { capabilities: { elicitation: {} } });
    const [stream, act] = await one!.stage.stream(client);
    const sse = await connectSse(one!.url);
    await sse.post({ jsonrpc: '2.0', id: 'a', method: 'tools/call', params: { name: 'perform' } });
    const { context } = await one!.stage.next();
    const [asked, askedBySse] = [told(act.context.elicit(FORM)), told(context.elicit(FORM))];
    const { id } = await stream.message();
    const posted = await httpClientAt(other!, client).post({ id, result: {} });
    expect(posted).toMatchObject({ status: 400, body: expect.stringContaining('must be \\"2.0\\"') });
    expect(await asked).toMatch(/was refused: Invalid Request: "jsonrpc"/);

    const body = JSON.stringify({ id: (await sse.message())['id'], result: {} });
    const headers = { 'content-type': 'application/json' };
    const postedBySse = await send(await messagesUrlAt(other!, sse), { headers, body });
    expect(postedBySse).toMatchObject({ status: 400 });
    expect(await askedBySse).toMatch(/was refused: Invalid Request: "jsonrpc"/);
    act.resolve('done');
    await stream.end();
    sse.close();
  });
});
