import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expectAccessible, expectToFit } from '../fixtures/console-page.js';
import { describeInChromium } from '../fixtures/describe-in-chromium.js';
import { startPrefixProxy } from '../fixtures/prefix-proxy.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const PATIENCE_MS = 90_000;
const MINUTES = 180_000;
const LOOKS: [string, BrowserContextOptions, string][] = [
  ['light', { colorScheme: 'light' }, 'rgb(246, 247, 249)'],
  ['dark', { colorScheme: 'dark' }, 'rgb(18, 19, 23)'],
  ['a phone', { viewport: { width: 360, height: 740 }, isMobile: true }, 'rgb(246, 247, 249)'],
];

describeInChromium((browser) => {
  describe('the page of the reference application', () => {
    let app: RunningApp;
    const pages: Page[] = [];

    beforeAll(async () => {
      app = await startReferenceApp({ MCP_CONSOLE: 'on' });
    });
    afterEach(async () => {
      for (const page of pages.splice(0)) await page.context().close();
    });
    afterAll(() => app.close());

    const open = async (url: string, options: BrowserContextOptions = {}, arrange?: string) => {
      const context = await browser().newContext(options);
      const page = await context.newPage();
      pages.push(page);
      page.setDefaultTimeout(PATIENCE_MS);
      if (arrange) await page.addInitScript(arrange);
      const [complaints, requests] = [[] as string[], [] as string[]];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url, { waitUntil: 'commit' });
      await page.getByRole('button', { name: 'Copy the URL' }).waitFor();
      return { page, complaints, requests };
    };

    it.each(LOOKS)(
      'is accessible, fits its window, and loads nothing else: %s',
      async (_look, options, ground) => {
        const { page, complaints, requests } = await open(`${app.url}/`, options);
        await expectAccessible(page);
        await expectToFit(page);
        for (const client of await page.locator('summary').all()) {
          await client.click();
          await expectToFit(page);
        }
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground);
        expect(requests).toEqual([`${app.url}/`]);
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'copies a configuration to the clipboard, by keyboard alone',
      async () => {
        const { page } = await open(`${app.url}/`, { permissions: ['clipboard-read', 'clipboard-write'] });
        const focused = () =>
          page.evaluate<string>('document.activeElement.ariaLabel || document.activeElement.textContent');
        const tabTo = async (name: RegExp) => {
          for (let steps = 0; steps < 30; steps++) {
            await page.keyboard.press('Tab');
            if ((await focused()).match(name)) return;
          }
          throw new Error(`no ${String(name)} was reached by Tab`);
        };
        await tabTo(/^Copy the configuration of Claude Code$/);
        await tabTo(/^Cursor/);
        await page.keyboard.press('Enter');
        await tabTo(/^Copy the configuration of Cursor$/);
        await page.keyboard.press('Enter');
        await page.getByText('Copied.', { exact: true }).waitFor();
        const copied = await page.evaluate<string>('navigator.clipboard.readText()');
        expect(JSON.parse(copied)).toEqual({ mcpServers: { example: { url: `${app.url}/mcp` } } });
      },
      MINUTES,
    );

    it(
      'copies where the browser has no clipboard for pages, as without TLS',
      async () => {
        const { page } = await open(
          `${app.url}/`,
          { permissions: ['clipboard-read'] },
          "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })",
        );
        await page.getByRole('button', { name: 'Copy the URL' }).click();
        await page.getByText('Copied.', { exact: true }).waitFor();
        const reader = await page.context().newPage();
        await reader.goto(`${app.url}/health`);
        await reader.bringToFront();
        expect(await reader.evaluate('navigator.clipboard.readText()')).toBe(`${app.url}/mcp`);
      },
      MINUTES,
    );

    it(
      'shows the address at which the browser has found it behind a proxy with a prefix',
      async () => {
        const proxy = await startPrefixProxy(app.url, '/tools');
        try {
          const { page } = await open(`${proxy.url}/`);
          expect(await page.locator('pre code').first().textContent()).toBe(`${proxy.url}/mcp`);
          const console = page.getByRole('link', { name: 'Console' });
          expect(await console.getAttribute('href')).toBe(`${proxy.url}/console/`);
        } finally {
          await proxy.close();
        }
      },
      MINUTES,
    );
  });
});
