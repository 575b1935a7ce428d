import { afterEach, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import type { McpSessionEvent } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { movableClock } from '../fixtures/clock.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const MINUTE = 60_000;
/** What a busy machine may take meanwhile, as the clock goes on. */
const PATIENCE = 10_000;
const secretOrKey = 'a secret that is long enough for HS256';

const putForward = movableClock();

/** Headers with a token that ends in so many milliseconds. */
function bearer(lifetimeMs: number, claims: object = {}): Record<string, string> {
  // `exp` is in seconds, and may have a fraction.
  const exp = (Date.now() + lifetimeMs) / 1_000;
  return { authorization: `Bearer ${jwt.sign({ sub: 'ada', ...claims, exp }, secretOrKey)}` };
}

describeOnAdapters('a session of a principal with a token', (adapter) => {
  let running: RunningApp;
  let stage: Stage;

  async function start(): Promise<void> {
    running = await startApp({ adapter, providers: [Stage], options: { auth: { jwt: { secretOrKey } } } });
    stage = running.app.get(Stage);
  }

  const eventOf = (type: McpSessionEvent['type']) =>
    new Promise<McpSessionEvent>((resolve) =>
      running.sessions.events$.subscribe((event) => event.type === type && resolve(event)),
    );

  afterEach(() => running.close());

  it('loses its stream before the token expires, and continues with a new token', async () => {
    await start();
    const client = await WireClient.connect(`${running.url}/sse`, bearer(MINUTE));
    expect(await client.callTool(1, 'nothing')).toHaveProperty('error');
    const expired = eventOf('expired');
    putForward(0.9 * MINUTE - PATIENCE);
    expect(running.sessions.get(await client.sessionId())!.attached).toBe(true);
    putForward(0.1 * MINUTE + PATIENCE);
    await client.end();
    expect(await expired).toMatchObject({ session: { id: await client.sessionId() } });

    const again = await WireClient.open(`${running.url}/sse`, {
      ...bearer(MINUTE),
      'last-event-id': client.lastEventId,
    });
    expect(await again.sessionId()).toBe(await client.sessionId());
    expect(await again.callTool(2, 'nothing')).toHaveProperty('error');
    again.close();
  });

  it('keeps its stream as long as the newest token of a message is valid', async () => {
    await start();
    const isAttached = async () => running.sessions.get(await client.sessionId())!.attached;
    const client = await WireClient.connect(`${running.url}/sse`, bearer(MINUTE));
    const bystander = await WireClient.connect(`${running.url}/sse`, bearer(MINUTE));
    await bystander.callTool(1, 'nothing');
    expect((await client.post(rpc(1, 'ping'), bearer(10 * MINUTE))).status).toBe(202);
    putForward(MINUTE);
    await bystander.end();
    expect(await isAttached()).toBe(true);
    // An older token that still lives does not bring the end nearer again.
    expect((await client.post(rpc(2, 'ping'), bearer(MINUTE))).status).toBe(202);
    const other = await WireClient.connect(`${running.url}/sse`, bearer(MINUTE));
    await other.callTool(1, 'nothing');
    putForward(MINUTE);
    await other.end();
    expect(await isAttached()).toBe(true);
    client.close();
  });

  it('gets the answer of a call that runs until the token expires', async () => {
    await start();
    const client = await WireClient.connect(`${running.url}/sse`, bearer(MINUTE));
    await client.post(rpc(1, 'tools/call', { name: 'perform' }));
    const act = await stage.next();
    putForward(MINUTE - PATIENCE);
    expect(running.sessions.get(await client.sessionId())!.attached).toBe(true);
    putForward(PATIENCE);
    await client.end();
    expect(act.context.signal.aborted).toBe(false);
    act.resolve('done');
    const again = await WireClient.open(`${running.url}/sse`, {
      ...bearer(MINUTE),
      'last-event-id': client.lastEventId,
    });
    expect(await again.answer(1)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    again.close();
  });

  it('loses the streams of Streamable HTTP too, and can resume the stream of a call', async () => {
    await start();
    const client = await HttpWireClient.connect(`${running.url}/mcp`, { headers: bearer(MINUTE) });
    const [stream, act] = await stage.stream(client);
    putForward(MINUTE);
    await stream.end();
    act.resolve('done');
    const again = await WireClient.open(`${running.url}/mcp`, {
      ...client.headers,
      ...bearer(MINUTE),
      'last-event-id': stream.lastEventId,
    });
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
  });

  it('ends when the access of its principal is revoked, and no other does', async () => {
    await start();
    const [ada, adaToo, bob] = await Promise.all(
      ['ada', 'ada', 'bob'].map((sub) => WireClient.connect(`${running.url}/sse`, bearer(MINUTE, { sub }))),
    );
    const { principal } = running.sessions.get(await ada!.sessionId())!;
    const closed = eventOf('closed');
    expect(running.sessions.closeWhere(principal)).toBe(2);
    expect(await closed).toMatchObject({ reason: 'revoked' });
    await Promise.all([ada!.end(), adaToo!.end()]);
    expect((await ada!.post(rpc(1, 'ping'))).status).toBe(404);
    expect(await bob!.callTool(1, 'nothing')).toHaveProperty('error');
    expect(running.sessions.closeWhere({ subject: 'carol' })).toBe(0);
    expect(running.sessions.closeWhere((session) => session.principal.subject === 'bob')).toBe(1);
    await bob!.end();
  });
});
