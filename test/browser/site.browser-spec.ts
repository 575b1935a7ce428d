import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expectToFit } from '../fixtures/console-page.js';
import { describeInChromium } from '../fixtures/describe-in-chromium.js';
import { serveFiles } from '../fixtures/static-files.js';

const MINUTES = 180_000;
const SITE = 'site/.vitepress/dist';
const isBuilt = existsSync(SITE);
if (!isBuilt && process.env['CI'])
  throw new Error(`There is no ${SITE}: run "npm run docs:build" before these tests.`);
if (!isBuilt) process.stderr.write('SKIPPED: there is no documentation site; run "npm run docs:build"\n');

/** The pages of the site, by their paths. */
const PAGES = isBuilt
  ? readdirSync(SITE, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.html') && file !== '404.html')
      .map((file) => `/${file.replace(/(^|\/)index\.html$/, '$1')}`)
  : [];

describeInChromium((browser) => {
  (isBuilt ? describe : describe.skip)('the documentation site', () => {
    let site: Awaited<ReturnType<typeof serveFiles>>;
    const opened: Page[] = [];
    /** Requests to other origins, and the browser's complaints, since the test began. */
    const complaints: string[] = [];

    beforeAll(async () => {
      site = await serveFiles(SITE);
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((page) => page.context().close()));
      complaints.length = 0;
    });
    afterAll(() => site.close());

    const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
      const context = await browser().newContext(options);
      const page = await context.newPage();
      opened.push(page);
      page.on('request', (request) => {
        if (!/^data:/.test(request.url()) && !request.url().startsWith(`${site.url}/`))
          complaints.push(request.url());
      });
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
      await page.goto(site.url + path);
      return page;
    };

    it(
      'finds a page by a word, and opens it at its heading',
      async () => {
        const page = await open('/');
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByRole('searchbox').fill('shut down gracefully');
        await page.getByRole('option', { name: /How do I shut down gracefully/ }).click();
        await page.waitForURL('**/docs/sessions.html#how-do-i-shut-down-gracefully');
        await page.getByRole('heading', { name: 'How do I shut down gracefully?' }).waitFor();
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'shows the version of the library, which leads to its changes',
      async () => {
        const { version } = JSON.parse(readFileSync('libs/mcp-sse/package.json', 'utf8')) as Record<
          string,
          string
        >;
        const page = await open('/docs/tools.html');
        await page.getByRole('navigation').getByRole('link', { name: version!, exact: true }).click();
        await page.getByRole('heading', { name: 'Changelog' }).waitFor();
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'is light or dark as the system is, until the reader switches it, with pictures that fit',
      async () => {
        const page = await open('/', { colorScheme: 'light' });
        const light = page.locator('img.light-only').first();
        const dark = page.locator('img.dark-only').first();
        await light.scrollIntoViewIfNeeded();
        await light.waitFor();
        expect(await dark.isVisible()).toBe(false);
        await page.getByRole('switch').click();
        await dark.waitFor();
        expect(await light.isVisible()).toBe(false);
        await page.reload();
        await dark.waitFor();
        const other = await open('/', { colorScheme: 'dark' });
        await other.locator('img.dark-only').first().scrollIntoViewIfNeeded();
        await other.locator('img.dark-only').first().waitFor();
        const drawings = () => other.evaluate('getComputedStyle(document.documentElement).colorScheme');
        expect(await drawings()).toBe('dark');
        await other.getByRole('switch').click();
        expect(await drawings()).toBe('light');
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'fits a phone, loads nothing from elsewhere, and links to pages and headings that exist, on every page',
      async () => {
        const page = await open('/', { viewport: { width: 375, height: 720 }, isMobile: true });
        const anchors = new Map<string, string[]>();
        const links: [from: string, to: URL][] = [];
        for (const path of PAGES) {
          await page.goto(site.url + path);
          await expectToFit(page);
          const [ids, hrefs] = await page.evaluate<[string[], string[]]>(`[
            [...document.querySelectorAll('[id]')].map(({ id }) => id),
            [...document.querySelectorAll('a')].map(({ href }) => href),
          ]`);
          anchors.set(path, ids);
          for (const href of hrefs) if (href.startsWith(site.url)) links.push([path, new URL(href)]);
        }
        const dead = links.filter(([, { pathname, hash }]) => {
          const ids = anchors.get(pathname);
          return ids
            ? hash && !ids.includes(decodeURIComponent(hash.slice(1)))
            : !existsSync(SITE + pathname);
        });
        expect(dead.map(([from, to]) => `${from}: ${to.pathname}${to.hash}`)).toEqual([]);
        expect(complaints).toEqual([]);
        expect(PAGES.length).toBeGreaterThan(40);
        expect(links.length).toBeGreaterThan(2_000);
      },
      MINUTES,
    );

    it(
      'says that a page is missing, and leads to the first one',
      async () => {
        const page = await open('/docs/missing.html');
        await page.getByRole('heading', { name: 'Page not found' }).waitFor();
        await page.getByRole('link', { name: 'Go to home' }).click();
        await page.getByRole('heading', { name: 'nestjs-mcp-sse', level: 1 }).waitFor();
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );
  });
});
