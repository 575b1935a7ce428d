import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { textOf } from 'nestjs-mcp-sse/testing';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/upstream.md');
const environment = { ...process.env };
const CALLER = {
  ...userHeaders('ada'),
  authorization: 'Bearer token-of-the-caller',
  cookie: 'sid=of-the-caller',
};

describe('the page about calling other services', () => {
  /** The requests to both services and to the authorization server. */
  const requests: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => void answer(request).then((body) => response.end(body)));

  async function answer(request: IncomingMessage): Promise<string> {
    const { url, headers } = request;
    requests.push({ url: url!, headers, body: await text(request) });
    return JSON.stringify(url === '/token' ? { access_token: 'token-for-the-calendar' } : [url]);
  }

  beforeEach(async () => {
    requests.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      INVOICES_URL: url,
      INVOICES_KEY: 'key-of-this-server',
      TOKEN_URL: `${url}/token`,
      CLIENT_ID: 'orders',
      CLIENT_SECRET: 'secret',
      CALENDAR_URL: `${url}/calendar`,
    });
  });

  afterEach(async () => {
    process.env = { ...environment };
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('calls a service with its own credentials, for data of the caller only', async () => {
    const mcp = await page.serve('own-credentials', { headers: CALLER });
    const { structuredContent } = await mcp.callTool({ name: 'openInvoices' });
    expect(structuredContent).toEqual({ invoices: ['/invoices?customer=ada'] });
    expect(requests).toMatchObject([{ headers: { authorization: 'Bearer key-of-this-server' } }]);
    expect(JSON.stringify(requests)).not.toContain('of-the-caller');
  });

  it('calls a service as the caller, with an exchanged token', async () => {
    const mcp = await page.serve('token-exchange', { headers: CALLER });
    expect(textOf(await mcp.callTool({ name: 'today' }))).toBe('{"events":["/calendar/today"]}');
    const [exchange, call] = requests;
    expect(Object.fromEntries(new URLSearchParams(exchange!.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'token-of-the-caller',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: process.env['CALENDAR_URL'],
      scope: 'calendar:read',
    });
    expect(exchange!.headers.authorization).toBe(`Basic ${btoa('orders:secret')}`);
    expect(call!.headers.authorization).toBe('Bearer token-for-the-calendar');
    expect(JSON.stringify(call)).not.toContain('of-the-caller');
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
