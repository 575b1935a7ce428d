import { describe, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { httpClientAt, messagesUrlAt, nodesPerTest, type Node } from '../fixtures/nodes.js';

const secretOrKey = 'a secret that is long enough for HS256';
const JSON_TYPE = { 'content-type': 'application/json' };
const MAX_BYTES = 2_000;
const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAA';

const bearer = (claims: object) => ({
  authorization: `Bearer ${jwt.sign(claims, secretOrKey, { expiresIn: '1h' })}`,
});
const ADA = bearer({ sub: 'ada', tenant: 'acme', iss: 'login' });
const OTHERS = [
  ['of another tenant', bearer({ sub: 'ada', tenant: 'evil', iss: 'login' })],
  ['without a tenant', bearer({ sub: 'ada', iss: 'login' })],
  ['of another issuer', bearer({ sub: 'ada', tenant: 'acme', iss: 'elsewhere' })],
  ['of a colleague', bearer({ sub: 'eve', tenant: 'acme', iss: 'login' })],
] as const;

@Injectable()
class Witness {
  calls = 0;

  /** Whom the call is made for, and where from, as guards and handlers see it. */
  @McpTool()
  seen({ principal, request }: McpContext): string {
    this.calls++;
    const { user, ip } = request as { user?: { sub: unknown; id?: unknown }; ip?: string };
    return JSON.stringify([principal.subject, principal.tenant, user?.sub, user?.id, ip]);
  }
}

/** Leaves users as ORMs have them. */
@Injectable()
class OrmGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const user: Record<string, unknown> = { sub: 'ada', id: 7n };
    user['team'] = { members: [user] };
    context.switchToHttp().getRequest<{ user: unknown }>().user = user;
    return true;
  }
}

describe('the attacker at a node that does not have the session', () => {
  const start = nodesPerTest();

  const nodes = async (options: object = { auth: { jwt: { secretOrKey } } }) => {
    const limits = { maxMessageBytes: MAX_BYTES };
    const [one, other] = await start(2, { providers: [Witness], options: { limits, ...options } });
    return [one!, other!] as const;
  };
  const witnessed = (node: Node) => node.app.get(Witness).calls;
  const post = (url: string, message: object, headers: Record<string, string>) =>
    send(url, { headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(message) });
  const answerOf = ({ status, body }: WireResponse) => ({ status, body });

  it.each(OTHERS)('has a token %s: posting, reading, resuming and ending get 404', async (_, token) => {
    const [one, other] = await nodes();
    const sse = await WireClient.connect(`${one.url}/sse`, ADA);
    const url = await messagesUrlAt(other, sse);
    const posted = await post(url, rpc('a', 'tools/call', { name: 'seen' }), token);
    const unknown = await post(url.replace(await sse.sessionId(), UNKNOWN), rpc('a', 'ping'), token);
    expect(posted.status).toBe(404);
    expect(answerOf(posted)).toEqual(answerOf(unknown));
    const taken = await WireClient.open(`${other.url}/sse`, { ...token, 'last-event-id': sse.lastEventId });
    expect(await taken.sessionId()).not.toBe(await sse.sessionId());

    const http = await HttpWireClient.connect(`${one.url}/mcp`, { headers: ADA });
    const stream = await http.open();
    const { id } = await stream.next();
    const thief = new HttpWireClient(`${other.url}/mcp`, { ...http.headers, ...token });
    const nobody = new HttpWireClient(thief.url, { ...thief.headers, 'mcp-session-id': UNKNOWN });
    for (const attack of [
      (client: HttpWireClient) => client.post(rpc('a', 'tools/call', { name: 'seen' })),
      (client: HttpWireClient) => client.delete(),
      (client: HttpWireClient) => send(client.url, { method: 'GET', headers: streamHeaders(client) }),
      (client: HttpWireClient) =>
        send(client.url, { method: 'GET', headers: { ...streamHeaders(client), 'last-event-id': id! } }),
    ]) {
      const answer = await attack(thief);
      expect(answer.status).toBe(404);
      expect(answerOf(answer)).toEqual(answerOf(await attack(nobody)));
    }

    expect(witnessed(one) + witnessed(other)).toBe(0);
    expect(await sse.call('b', 'ping')).toHaveProperty('result');
    expect(await httpClientAt(other, http).call('b', 'ping')).toHaveProperty('result');
    expect(stream.response.closed).toBe(false);
  });

  it('claims another identity in headers: the call runs as the user of its token', async () => {
    const [one, other] = await nodes();
    const http = await HttpWireClient.connect(`${one.url}/mcp`, { headers: ADA });
    const forged = {
      'x-user': 'root',
      'x-mcp-principal': JSON.stringify({ subject: 'root', tenant: 'evil' }),
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-user': 'root',
      'x-real-ip': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
    };
    const call = rpc('a', 'tools/call', { name: 'seen', arguments: {} });
    for (const node of [one, other]) {
      const { body } = await httpClientAt(node, http).post(call, forged);
      expect(JSON.parse(textOf(JSON.parse(body)))).toEqual(['ada', 'acme', 'ada', null, '127.0.0.1']);
    }
  });

  it('exceeds limits: refused by the node that receives it, and the owner of the session hears nothing', async () => {
    const [one, other] = await nodes();
    const sse = await WireClient.connect(`${one.url}/sse`, ADA);
    const http = await HttpWireClient.connect(`${one.url}/mcp`, { headers: ADA });
    const large = rpc('a', 'tools/call', { name: 'seen', arguments: { text: 'x'.repeat(MAX_BYTES) } });
    expect(await post(await messagesUrlAt(other, sse), large, ADA)).toMatchObject({ status: 413 });
    expect(await httpClientAt(other, http).post(large)).toMatchObject({ status: 413 });
    expect(witnessed(one)).toBe(0);
    expect(await httpClientAt(other, http).call('a', 'ping')).toHaveProperty('result');
  });

  it('is a user that JSON cannot express as it is: served at every node', async () => {
    const [one, other] = await nodes({ guards: [OrmGuard] });
    const sse = await WireClient.connect(`${one.url}/sse`);
    const http = await HttpWireClient.connect(`${one.url}/mcp`);
    const call = rpc('a', 'tools/call', { name: 'seen', arguments: {} });
    expect(await post(await messagesUrlAt(other, sse), call, {})).toMatchObject({ status: 202 });
    const seen = ['ada', null, 'ada', '7', '127.0.0.1'];
    expect(JSON.parse(textOf(await sse.answer('a')))).toEqual(seen);
    const { body } = await httpClientAt(other, http).post(call);
    expect(JSON.parse(textOf(JSON.parse(body)))).toEqual(seen);
    const again = await WireClient.open(`${other.url}/sse`, { 'last-event-id': sse.events[0]!.id! });
    expect(await again.answer('a')).toHaveProperty('result');
  });
});

function streamHeaders({ headers }: HttpWireClient): Record<string, string> {
  return { accept: 'text/event-stream', ...headers };
}
