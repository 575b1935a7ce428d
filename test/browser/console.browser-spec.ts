import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { connected, expectAccessible, expectToFit } from '../fixtures/console-page.js';
import { consolePerTest } from '../fixtures/console-per-test.js';
import { describeInChromium } from '../fixtures/describe-in-chromium.js';
import { Stage } from '../fixtures/stage.js';
import { startTcpProxy } from '../fixtures/tcp-proxy.js';

const MINUTES = 180_000;
const PHONE = { viewport: { width: 375, height: 720 }, isMobile: true };

/** Selects the text of a result. */
const result = (page: Page) => page.getByRole('region', { name: 'Text of the result' });

describeInChromium((browser) => {
  describeOnAdapters('the console', (adapter) => {
    const { startServer, open } = consolePerTest(adapter, browser);

    it(
      'lists what the server offers, and calls a tool with what was filled into its form',
      async () => {
        const { url } = await startServer();
        const console = await open(url);
        await connected(console);
        const { page, complaints } = console;
        await page.getByRole('link', { name: 'Tools 6' }).waitFor();
        await page.getByRole('link', { name: 'Resources 2' }).waitFor();
        await page.getByRole('link', { name: 'Prompts 1' }).waitFor();

        await page.getByRole('link', { name: /^Place an order/ }).click();
        await page.getByLabel('customer').fill('C-1042');
        await page.getByLabel('price').fill('2.5');
        await page.getByLabel('express').check();
        await page.getByLabel('gift').selectOption('true');
        await page.getByLabel('street').fill('Main street 5');
        await page.getByLabel('country').selectOption('FR');
        await page.getByRole('button', { name: 'Add tags' }).click();
        await page.getByLabel('tags 1', { exact: true }).fill('birthday');
        await page.getByRole('button', { name: 'Add tags' }).click();
        await page.getByLabel('tags 2', { exact: true }).fill('wrong');
        await page.getByRole('button', { name: 'Remove tags 2' }).click();
        await page.getByLabel('notes').fill('{"floor": 3}');
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        await page.getByText(/^Answered after .+ ms, \d+ B$/).waitFor();
        const structured = await page.getByRole('region', { name: 'Structured result' }).textContent();
        expect(JSON.parse(structured!)).toEqual({
          number: 4711,
          customer: 'C-1042',
          quantity: 1,
          price: 2.5,
          express: true,
          gift: true,
          delivery: { street: 'Main street 5', city: 'Berlin', country: 'FR' },
          tags: ['birthday'],
          notes: { floor: 3 },
        });

        await page.getByRole('button', { name: 'Edit as JSON' }).click();
        const json = page.getByRole('textbox', { name: 'Arguments as JSON' });
        expect(JSON.parse(await json.inputValue())).toMatchObject({
          tags: ['birthday'],
          notes: { floor: 3 },
        });
        await json.fill('{"customer": "C-7", "quantity": 2, "delivery": {"street": "Side street"}}');
        await page.getByRole('button', { name: 'Edit as JSON' }).click();
        expect(await page.getByLabel('customer').inputValue()).toBe('C-7');

        await page.getByRole('link', { name: 'Resources 2' }).click();
        await page.getByRole('link', { name: /^Order / }).click();
        await page.getByLabel('number').fill('a b');
        await page.getByRole('button', { name: 'Read' }).click();
        await result(page).getByText('This is order a b').waitFor();
        await page.getByRole('link', { name: 'Prompts 1' }).click();
        await page.getByRole('link', { name: /^Apology/ }).click();
        await page.getByLabel('customer').fill('Ada');
        await page.getByRole('button', { name: 'Get' }).click();
        await result(page).getByText('Write an apology to Ada.').waitFor();
        expect(complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'shows how far a call is and what it logs, cancels it, and shows what failed',
      async () => {
        const { app, url } = await startServer();
        const console = await open(url);
        await connected(console);
        const { page } = console;
        await page.getByRole('link', { name: /^perform/ }).click();
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        const { context } = await app.get(Stage).next();
        context.progress(1, 4, 'a quarter');
        await page.getByText('Running: 1 of 4, a quarter').waitFor();
        expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1');
        context.log.info('still at it');
        await page.getByText('still at it').waitFor();
        const aborted = new Promise((resolve) => context.signal.addEventListener('abort', resolve));
        await page.getByRole('button', { name: 'Cancel' }).click();
        await aborted;
        await page.getByText('You cancelled the call.').waitFor();
        await page.getByRole('link', { name: /^fail/ }).click();
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        await page.getByText(/^The tool reports an error after/).waitFor();
      },
      MINUTES,
    );

    it(
      'shows the messages of another client live, finds some of them, and hides secrets',
      async () => {
        const { url } = await startServer();
        const other = await WireClient.connect(`${url}/sse`);
        await other.initialize();
        const console = await open(`${url}`);
        await connected(console);
        const { page } = console;
        await page.getByRole('link', { name: 'Sessions 2' }).click();
        await page.getByRole('link', { name: /^wire/ }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        await other.callTool(1, 'logIn', { user: 'ada', password: 'hunter2' });
        await other.callTool(2, 'fail');
        await page.getByText('4 messages').waitFor();
        const messages = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
        const [request, answer] = await messages.allInnerTexts();
        expect(request).toMatch(/tools\/call\s*logIn/);
        expect(answer).toMatch(/tools\/call\s*logIn\s*answer\s*[\d.]+ m?s\s*[\d.]+ B/);
        await page.getByRole('searchbox', { name: 'Search the messages' }).fill('"fail"');
        await page.getByText(/^\d of 4 messages/).waitFor();
        expect(await messages.filter({ visible: true }).count()).toBe(1);
        await page.getByRole('searchbox', { name: 'Search the messages' }).fill('');
        await messages.first().getByText('logIn').click();
        await page.getByText('"[hidden]"').waitFor();
        expect(await page.content()).not.toContain('hunter2');
        other.close();
        await page.getByText('not open').waitFor();
      },
      MINUTES,
    );

    it(
      'shows the requests of clients without a session, each with its client',
      async () => {
        const { url } = await startServer();
        const console = await open(url);
        await connected(console);
        const { page } = console;
        await page.getByRole('link', { name: /^Sessions/ }).click();
        await page.getByRole('link', { name: /^Requests without a session/ }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        // Both use the same ids.
        const [first, second] = [new ModernWireClient(`${url}/mcp`), new ModernWireClient(`${url}/mcp`)];
        await first.callTool('logIn', { user: 'ada', password: 'hunter2' });
        await second.callTool('fail');
        await page.getByText('4 messages').waitFor();
        const messages = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
        const [request, answer, , failure] = await messages.allInnerTexts();
        expect(request).toMatch(/tools\/call\s*logIn\s*wire, anonymous/);
        expect(answer).toMatch(/tools\/call\s*logIn\s*wire, anonymous\s*answer\s*[\d.]+ m?s/);
        expect(failure).toMatch(/tools\/call\s*fail\s*wire, anonymous\s*error/);
        await messages.first().getByText('logIn').click();
        await page.getByText('"[hidden]"').waitFor();
        expect(await page.content()).not.toContain('hunter2');
        await expectAccessible(page);
        await expectToFit(page);
        expect(console.complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'shows the requests to a server that serves no sessions',
      async () => {
        const { url } = await startServer({ protocol: { legacy: false } });
        const console = await open(url);
        await connected(console);
        const { page } = console;
        await page.getByText(/^The console lists and calls over HTTP\+SSE, which this server/).waitFor();
        await page.getByRole('link', { name: /^Sessions/ }).click();
        await page.getByRole('link', { name: /^Requests without a session/ }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        await new ModernWireClient(`${url}/mcp`).callTool('fail');
        await page.getByText('2 messages').waitFor();
        expect(console.complaints).toEqual([]);
      },
      MINUTES,
    );

    it(
      'loses the network and regains it: the session goes on, and the answer that came meanwhile is there',
      async () => {
        const { app, port } = await startServer();
        const network = await startTcpProxy(port);
        const console = await open(network.url);
        await connected(console);
        const { page } = console;
        await page.getByRole('link', { name: /^perform/ }).click();
        // A call whose acceptance was lost with the network has failed for the page.
        const accepted = page.waitForResponse((response) =>
          Boolean(response.request().postData()?.includes('tools/call')),
        );
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        const act = await app.get(Stage).next();
        await accepted;
        network.online = false;
        await page.getByText('Connection lost. Reconnecting…').waitFor();
        act.resolve('said while nobody listened');
        network.online = true;
        await result(page).getByText('said while nobody listened').waitFor();
        await connected(console);
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        (await app.get(Stage).next()).resolve('and once more');
        await result(page).getByText('and once more').waitFor();
        expect(console.complaints.filter((complaint) => !complaint.includes('ERR_'))).toEqual([]);
        await network.close();
      },
      MINUTES,
    );
  });

  describe.each([
    ['light', {}],
    ['dark', {}],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('the console in %s (%j)', (colorScheme, options) => {
    const { startServer, open } = consolePerTest('express', browser);

    it(
      'keeps nobody out and fits its window, on every view',
      async () => {
        const { url } = await startServer();
        const other = await WireClient.connect(`${url}/sse`);
        await other.initialize();
        const console = await open(url, { colorScheme, ...options });
        await connected(console);
        const { page } = console;
        const check = async () => {
          await expectAccessible(page);
          await expectToFit(page);
        };
        await check();
        await page.getByRole('link', { name: /^Place an order/ }).click();
        await page.getByRole('button', { name: 'Add tags' }).click();
        await page.getByLabel('tags 1', { exact: true }).fill('birthday');
        await page.getByLabel('customer').fill('C-1042');
        await page.getByLabel('street').fill('x'.repeat(200));
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        await page.getByText(/^Answered after/).waitFor();
        await check();
        await page.getByRole('link', { name: /^Sessions/ }).click();
        await page.getByRole('link', { name: /^wire/ }).waitFor();
        await check();
        await page.getByRole('link', { name: /^wire/ }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        await other.callTool(1, 'placeOrder', {
          customer: 'C-1',
          quantity: 1,
          delivery: { street: 'x'.repeat(200) },
        });
        await other.callTool(2, 'fail');
        await page.getByText('4 messages').waitFor();
        await page.getByRole('list', { name: 'Messages' }).getByText('placeOrder').first().click();
        await check();
        expect(console.complaints).toEqual([]);
        other.close();
      },
      MINUTES,
    );
  });
});
