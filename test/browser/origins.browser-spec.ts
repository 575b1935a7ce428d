import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Header, Injectable } from '@nestjs/common';
import { mcpCorsOptions, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import type { Browser, Page } from 'playwright-core';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { CHROMIUM, startBrowser } from '../fixtures/browser.js';

const PAGE = '<!doctype html><title>a page</title>';
const MINUTE = 60_000;

/** The script of a hostile or a friendly page: tries every way that a browser has to reach a server. */
const TRY_EVERYTHING = `async (server) => {
  const outcome = (trying) => trying.then(String, (error) => 'failed');
  const post = (path, body, more) => fetch(server + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    ...more,
  });
  const initialize = { method: 'initialize', params: {
    protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' },
  } };
  const call = { method: 'tools/call', params: { name: 'greet' } };
  const streamable = async () => {
    const opened = await post('/mcp', initialize);
    if (!opened.ok) return opened.status;
    const headers = {
      'content-type': 'application/json', accept: 'application/json, text/event-stream',
      'mcp-session-id': opened.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25',
    };
    const answered = await (await post('/mcp', call, { headers })).json();
    const ended = await fetch(server + '/mcp', { method: 'DELETE', headers });
    return answered.result.content[0].text + ' ' + ended.status;
  };
  const sse = () => new Promise((resolve, reject) => {
    const stream = new EventSource(server + '/sse');
    stream.onerror = () => { stream.close(); reject(new Error('no stream')); };
    stream.addEventListener('endpoint', ({ data }) => void post(data, call).catch(reject));
    stream.onmessage = ({ data }) => { stream.close(); resolve(JSON.parse(data).result.content[0].text); };
  });
  const blind = async () => {
    const { status, type } = await post('/mcp', initialize, { mode: 'no-cors', headers: { 'content-type': 'text/plain' } });
    return type + ' ' + status;
  };
  const unseen = async () => {
    const stop = new AbortController();
    const { type, status } = await fetch(server + '/sse', { mode: 'no-cors', signal: stop.signal });
    stop.abort();
    return type + ' ' + status;
  };
  return {
    streamable: await outcome(streamable()), sse: await outcome(sse()),
    blind: await outcome(blind()), unseen: await outcome(unseen()),
  };
}`;

@Injectable()
class Greeting {
  @McpTool()
  greet(): string {
    return 'Hello';
  }
}

/** A page served by the server itself, as after DNS rebinding. */
@Controller()
class PageController {
  @Get('page')
  @Header('content-type', 'text/html')
  page(): string {
    return PAGE;
  }
}

if (!existsSync(CHROMIUM))
  process.stderr.write(`SKIPPED: there is no ${CHROMIUM}; install the package chromium\n`);

(existsSync(CHROMIUM) ? describe : describe.skip)('a page in Chromium', () => {
  let browser: Browser;
  let pages: Server;
  /** The origins of other pages: another name and another port. */
  let elsewhere: string;

  beforeAll(async () => {
    browser = await startBrowser('--host-resolver-rules=MAP *.example 127.0.0.1');
    pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    elsewhere = `http://page.example:${(pages.address() as AddressInfo).port}`;
  }, MINUTE);

  afterAll(async () => {
    await browser.close();
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  });

  describeOnAdapters('against a server', (adapter) => {
    const { start } = appPerTest(adapter);
    let page: Page;

    afterEach(() => page.close());

    /** Starts a server, lets a page try everything, and returns the outcomes and the number of opened sessions. */
    const attempt = async (
      options: Partial<McpSseModuleOptions>,
      from: (port: number) => string,
      origins: string[] = [],
    ) => {
      const { url, port, sessions } = await start({
        options,
        providers: [Greeting],
        controllers: [PageController],
        configure: (app) => {
          if (origins.length > 0) app.enableCors(mcpCorsOptions(origins));
        },
      });
      let opened = 0;
      sessions.events$.subscribe(({ type }) => (opened += type === 'opened' ? 1 : 0));
      page = await browser.newPage();
      await page.goto(from(port));
      const { origin } = new URL(page.url());
      const isOwn = origin.endsWith(`:${port}`);
      const outcomes = await page.evaluate(`(${TRY_EVERYTHING})(${JSON.stringify(isOwn ? origin : url)})`);
      return { outcomes, opened };
    };

    const rebound = (port: number) => `http://rebound.example:${port}/page`;

    it(
      'opens nothing and calls nothing by a name that is bound to the address of the server',
      async () => {
        expect(await attempt({}, rebound)).toEqual({
          outcomes: { streamable: '403', sse: 'failed', blind: 'basic 403', unseen: 'basic 403' },
          opened: 0,
        });
      },
      MINUTE,
    );

    it(
      'could do so without the check of the host, so the attack is a real one',
      async () => {
        const { outcomes, opened } = await attempt({ allowedHosts: ['*'], allowedOrigins: ['*'] }, rebound);
        expect(outcomes).toMatchObject({ streamable: 'Hello 200', sse: 'Hello' });
        expect(opened).toBe(3);
      },
      MINUTE,
    );

    it(
      'opens nothing and calls nothing from another origin',
      async () => {
        expect(await attempt({}, () => elsewhere)).toEqual({
          outcomes: { streamable: 'failed', sse: 'failed', blind: 'opaque 0', unseen: 'opaque 0' },
          opened: 0,
        });
      },
      MINUTE,
    );

    it(
      'opens nothing from another origin where CORS is open and only the origin is checked',
      async () => {
        expect(await attempt({}, () => elsewhere, ['*'])).toEqual({
          outcomes: { streamable: '403', sse: 'failed', blind: 'opaque 0', unseen: 'opaque 0' },
          opened: 0,
        });
      },
      MINUTE,
    );

    it(
      'opens nothing from another port of this machine, where CORS is open and nobody is authenticated',
      async () => {
        expect(await attempt({}, () => elsewhere.replace('page.example', 'localhost'), ['*'])).toEqual({
          outcomes: { streamable: '403', sse: 'failed', blind: 'opaque 0', unseen: 'opaque 0' },
          opened: 0,
        });
      },
      MINUTE,
    );

    it(
      'opens sessions, calls and ends them from an origin that is allowed',
      async () => {
        const { outcomes, opened } = await attempt({ allowedOrigins: [elsewhere] }, () => elsewhere, [
          elsewhere,
        ]);
        expect(outcomes).toEqual({
          streamable: 'Hello 200',
          sse: 'Hello',
          blind: 'opaque 0',
          unseen: 'opaque 0',
        });
        expect(opened).toBe(2);
      },
      MINUTE,
    );
  });
});
