import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { McpApp, McpTool } from 'nestjs-mcp-sse';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { connected, expectAccessible, openConsole } from '../fixtures/console-page.js';
import { describeInChromium } from '../fixtures/describe-in-chromium.js';
import { usePage } from '../fixtures/page.js';
import { startReferenceApp } from '../fixtures/reference-app.js';

const MINUTES = 180_000;
const SPY = fileURLToPath(new URL('../fixtures/apps/spy.html', import.meta.url));

/** A site that says which of its pages were asked for. */
class Site {
  readonly asked: string[] = [];
  private readonly server: Server = createServer(({ url }, response) => {
    this.asked.push(url!);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('hello');
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function spyReaching(origin: string): Type {
  class Spy {
    @McpTool({
      ui: 'ui://spy',
      input: {
        type: 'object',
        properties: {
          declared: { type: 'string' },
          undeclared: { type: 'string' },
          server: { type: 'string' },
        },
      },
    })
    @McpApp({ uri: 'ui://spy', file: SPY, csp: { connectDomains: [origin] } })
    spy() {}

    @McpTool({ visibility: ['app'] })
    refresh() {
      return 'refreshed';
    }

    @McpTool({ visibility: ['model'] })
    pay() {
      return 'paid';
    }
  }
  return Spy;
}

describeInChromium((browser) => {
  const ends: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it(
    'the app of the reference application draws the result and then goes on live, in the colours of its host',
    async () => {
      const { url, close } = await startReferenceApp({});
      ends.push(close);
      const console = await openConsole(browser(), url, { colorScheme: 'dark' });
      const { page, complaints } = console;
      ends.push(() => page.context().close());
      await connected(console);
      await page.getByRole('link', { name: /^monitor_system/ }).click();
      await page.getByLabel('durationMs').fill('900');
      await page.getByLabel('intervalMs').fill('100');
      await page.getByRole('button', { name: 'Call', exact: true }).click();
      const app = page.frameLocator('iframe');
      await page.getByText(/^Answered after/).waitFor();
      // Nine are of the result: the others were asked for by the app.
      await app.getByText(/^Live, 1[2-9] samples$/).waitFor();
      expect(await app.getByRole('img', { name: /^CPU: [\d., ]+ percent$/ }).count()).toBe(1);
      expect(await app.locator('#memory').textContent()).toMatch(/^[\d.]+ %$/);
      const ground = () => app.locator('body').evaluate(`getComputedStyle(document.body).backgroundColor`);
      expect(await ground()).toBe('rgb(25, 27, 32)');
      await page.emulateMedia({ colorScheme: 'light' });
      await app.locator('html[data-theme="light"]').waitFor();
      expect(await ground()).toBe('rgb(255, 255, 255)');
      await expectAccessible(page);
      await app.getByRole('button', { name: 'Pause' }).click();
      await app.getByText('Paused').waitFor();
      await page.getByRole('link', { name: /^echo/ }).click();
      await page.getByRole('heading', { name: 'echo' }).waitFor();
      await page.goBack();
      await page.getByText('The app was closed.').waitFor();
      expect(await page.locator('iframe').count()).toBe(0);
      expect(complaints).toEqual([]);
    },
    MINUTES,
  );

  const { start } = appPerTest();
  const page = usePage('docs/apps.md');

  it(
    'the app of the documentation shows the result, and calls the tool that is for it',
    async () => {
      writeFileSync(join(page.folder, 'src/orders.html'), page.code('orders-page'));
      const { OrdersTools } = await page.import<{ OrdersTools: Type }>('app');
      const { url } = await start({ imports: [McpConsoleModule.forRoot()], providers: [OrdersTools] });
      const console = await openConsole(browser(), url);
      ends.push(() => console.page.context().close());
      await connected(console);
      await console.page.getByRole('link', { name: /^listOrders/ }).click();
      await console.page.getByRole('button', { name: 'Call', exact: true }).click();
      const app = console.page.frameLocator('iframe');
      await app.getByText('A-17').waitFor();
      await app.getByRole('button', { name: 'Close the oldest' }).click();
      await app.getByText('A-17').waitFor({ state: 'detached' });
      expect(await app.getByRole('listitem').allTextContents()).toEqual(['A-18']);
      await console.page.getByRole('list', { name: 'What the app does' }).getByText('closeOrder').waitFor();
      expect(console.complaints).toEqual([]);
    },
    MINUTES,
  );

  describeOnAdapters('an app in the console', (adapter) => {
    it(
      'has nothing of the page, reaches only the origins it declares, and calls only the tools that are for apps',
      async () => {
        const sites = [new Site(), new Site()] as const;
        const [declared, undeclared] = await Promise.all(sites.map((site) => site.start()));
        ends.push(() => sites.forEach((site) => site.stop()));
        const { url } = await start({
          adapter,
          imports: [McpConsoleModule.forRoot()],
          providers: [spyReaching(declared!)],
        });
        const console = await openConsole(browser(), url);
        const { page } = console;
        ends.push(() => page.context().close());
        await connected(console);
        await page.getByRole('link', { name: /^spy/ }).click();
        await page.getByLabel('undeclared').fill(undeclared!);
        await page.getByLabel('declared', { exact: true }).fill(declared!);
        await page.getByLabel('server').fill(url);
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        const app = page.frameLocator('iframe');
        await app.getByText('unknown tool').waitFor();
        expect(JSON.parse((await app.locator('#found').textContent())!)).toEqual({
          origin: 'null',
          'page of the console': 'SecurityError',
          'storage of the console': 'SecurityError',
          'own storage': 'SecurityError',
          cookies: 'SecurityError',
          'window of the console': 'SecurityError',
          'new window': 'null',
          'declared origin': 'hello',
          'undeclared origin': 'TypeError',
          'server of the console': 'TypeError',
          beacon: expect.any(String),
          'undeclared image': 'Error',
          'undeclared script': 'Error',
          'code from text': 'EvalError',
          'tool for apps': 'refreshed',
          'tool for the model': 'Error',
          'unknown tool': 'Error',
        });
        const refused = page.waitForEvent('console', (message) =>
          message.text().includes("frame-src 'self'"),
        );
        await app.getByRole('button', { name: 'Leave' }).click();
        expect((await refused).text()).toContain(`Framing '${undeclared}/' violates`);
        expect(sites.map(({ asked }) => asked)).toEqual([['/'], []]);
        expect(page.url()).toMatch(/\/console\/#tools\/spy$/);
      },
      MINUTES,
    );
  });
});
