import { expect, it } from '@jest/globals';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { PING } from '../fixtures/greeter.js';
import { metered } from '../fixtures/metered.js';
import { MISSHAPEN } from '../fixtures/misshapen-messages.js';
import { httpClientAt, messagesUrlAt, nodesPerTest } from '../fixtures/nodes.js';
import { REFUSED_ANSWERS } from '../fixtures/refused-answers.js';
import { Scrape } from '../fixtures/scrape.js';
import { Stage } from '../fixtures/stage.js';

const idIn = ({ status, body }: WireResponse) => ({ status, id: JSON.parse(body).id as unknown });

describeOnAdapters('the error for a refused message', (adapter) => {
  const { start } = appPerTest(adapter);

  it('carries the id of the request if it is readable', async () => {
    const { url } = await start({});
    const sse = await WireClient.connect(`${url}/sse`);
    const http = await HttpWireClient.connect(`${url}/mcp`);
    for (const [what, body, id] of MISSHAPEN) {
      expect([what, idIn(await sse.post(body))]).toEqual([what, { status: 400, id }]);
      expect([what, idIn(await http.post(body))]).toEqual([what, { status: 400, id }]);
    }
    expect(await sse.call('after', 'ping')).toHaveProperty('result');
    sse.close();
  });

  it('carries the id of the request if a limit or the session refuses it', async () => {
    const { app, url } = await start({
      providers: [Stage],
      options: { limits: { maxInFlight: 1 } },
    });
    const http = await HttpWireClient.connect(`${url}/mcp`);
    const stranger = new HttpWireClient(http.url);
    expect(idIn(await stranger.post(rpc('s', 'ping')))).toEqual({ status: 400, id: 's' });
    expect(idIn(await stranger.post(rpc('i', 'initialize', {})))).toEqual({ status: 400, id: 'i' });
    const version = { 'mcp-protocol-version': '1999-01-01' };
    expect(idIn(await http.post(rpc('v', 'ping'), version))).toEqual({ status: 400, id: 'v' });

    const [stream, { resolve }] = await app.get(Stage).stream(http);
    expect(idIn(await http.post(rpc('t', 'ping')))).toEqual({ status: 429, id: 't' });
    resolve('done');
    await stream.end();
    stream.close();
  });

  it('carries no id if the body cannot be read, or a request in flight has the id', async () => {
    const { app, url } = await start({ providers: [Stage], options: { limits: { maxMessageBytes: 300 } } });
    const http = await HttpWireClient.connect(`${url}/mcp`);
    const [stream, { resolve }] = await app.get(Stage).stream(http, 7);
    expect(idIn(await http.post(rpc(7, 'ping')))).toEqual({ status: 400, id: null });
    resolve('done');
    await stream.end();
    expect(idIn(await http.post('{"id":1,'))).toEqual({ status: 400, id: null });
    expect(idIn(await http.post(rpc(1, 'x'.repeat(400))))).toEqual({ status: 413, id: null });
    expect(idIn(await http.post(PING, { 'mcp-session-id': 'x' }))).toEqual({
      status: 404,
      id: (PING as { id: number }).id,
    });
  });

  it('says what is wrong with a session id in the query, and how to fix it', async () => {
    const { url } = await start({});
    const headers = { 'content-type': 'application/json' };
    const posted = (query: string) => send(`${url}/mcp?${query}`, { headers, body: JSON.stringify(PING) });
    const [empty, unknown] = [await posted('sessionId='), await posted('sessionId=x')];
    expect(idIn(empty)).toEqual({ status: 400, id: null });
    expect(JSON.parse(empty.body).error).toEqual({
      code: -32600,
      message: expect.stringMatching(/"sessionId" of the query is empty.*"endpoint" event.*Mcp-Session-Id/),
    });
    expect(unknown.status).toBe(404);
    expect(JSON.parse(unknown.body).error).toEqual({
      code: -32001,
      message: expect.stringMatching(/^Session not found\. Open the stream or initialize again/),
    });
    for (const query of ['sessionId=', 'sessionId=x']) {
      const ended = await send(`${url}/mcp?${query}`, { method: 'DELETE' });
      expect(ended.status).toBe(400);
      expect(JSON.parse(ended.body).error.message).toMatch(/header Mcp-Session-Id is missing. Send the one/);
      // A client of HTTP+SSE that gets the URL of its messages gets a stream of its own.
      const stream = await WireClient.connect(`${url}/mcp?${query}`);
      expect(await stream.call(1, 'ping')).toHaveProperty('result');
      stream.close();
    }
  });
});

describeOnAdapters('initialize with a header that names a revision', (adapter) => {
  const { start } = appPerTest(adapter);

  it.each(['2099-01-01', '1.0', 'DRAFT', '2025-11-25, 2025-11-25'])(
    'that is not served (%s) negotiates by its parameters, and other requests are refused',
    async (named) => {
      const headers = { 'mcp-protocol-version': named };
      for (const http of [{}, { stateless: true }]) {
        const { url } = await start({ options: { http } });
        const client = new HttpWireClient(`${url}/mcp`, headers);
        for (const [asked, agreed] of [
          ['2025-06-18', '2025-06-18'],
          [named, '2025-11-25'],
        ]) {
          const { status, body } = await client.post(initialize(asked));
          expect({ status, json: JSON.parse(body) }).toMatchObject({
            status: 200,
            json: { id: 'init', result: { protocolVersion: agreed } },
          });
        }
        for (const refused of [PING, [initialize()]]) {
          const { status, body } = await client.post(refused);
          expect(status).toBe(400);
          expect(JSON.parse(body).error.message).toContain(`MCP-Protocol-Version names "${named}"`);
        }
      }
    },
  );
});

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

  it('sends few of the answers in a large body to the node that has the session', async () => {
    const [one, other] = await startNodes(2, metered());
    const client = await HttpWireClient.connect(`${one!.url}/mcp`);
    const body = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    expect(await httpClientAt(other!, client).post(body)).toMatchObject({ status: 400 });
    const received = (await Scrape.of(one!.url)).sum('mcp_received_messages_total');
    expect(received).toBeLessThan(2_000);
  });
});
