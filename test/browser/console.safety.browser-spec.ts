import { expect, it } from '@jest/globals';
import { McpSessionService } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { connected, expectAccessible } from '../fixtures/console-page.js';
import { consolePerTest } from '../fixtures/console-per-test.js';
import { describeInChromium } from '../fixtures/describe-in-chromium.js';
import { HOSTILE } from '../fixtures/console-shop.js';

const MINUTES = 180_000;

describeInChromium((browser) => {
  describeOnAdapters('the console', (adapter) => {
    const { startServer, open } = consolePerTest(adapter, browser);

    it(
      'is used by keyboard alone',
      async () => {
        const { url } = await startServer();
        const console = await open(url);
        await connected(console);
        const { page } = console;
        const focused = () =>
          page.evaluate<string>(`(() => {
            const { id, labels, textContent } = document.activeElement;
            return labels?.[0]?.textContent || id || textContent;
          })()`);
        const tabTo = async (name: string | RegExp) => {
          for (let steps = 0; steps < 30; steps++) {
            await page.keyboard.press('Tab');
            if ((await focused()).match(name)) return;
          }
          throw new Error(`no ${String(name)} was reached by Tab`);
        };
        await tabTo('Filter the list');
        await page.keyboard.type('login');
        await tabTo(/^logIn/);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'logIn' }).waitFor();
        await tabTo(/^user/);
        await page.keyboard.type('ada');
        await tabTo(/^password/);
        await page.keyboard.type('hunter2');
        await page.keyboard.press('Enter');
        await page.getByText(/^Answered after/).waitFor();
        expect(await page.getByRole('region', { name: 'Structured result' }).textContent()).toContain(
          '"ada"',
        );
        await page.keyboard.press('Control+Enter');
        await page.getByText(/^Answered after/).waitFor();
      },
      MINUTES,
    );

    it(
      'takes nothing of a server for HTML, and lets no script in that is not its own',
      async () => {
        const { url } = await startServer();
        const console = await open(url);
        await connected(console);
        const { page, complaints } = console;
        await page.getByRole('link', { name: HOSTILE }).first().click();
        await page.getByRole('heading', { name: HOSTILE }).waitFor();
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        await page.getByRole('region', { name: 'Text of the result' }).getByText(HOSTILE).waitFor();
        expect(await page.locator('img:not([src="icon.svg"])').count()).toBe(0);
        expect(await page.title()).not.toBe('broken into');
        expect(complaints).toEqual([]);
        const refused = await page.evaluate<string[]>(`(async () => {
          const refused = [];
          addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));
          const script = document.createElement('script');
          script.append('document.title = "broken into"');
          try { document.body.append(script); } catch {}
          const style = document.createElement('style');
          style.append('body { display: none }');
          document.body.append(style);
          try { document.body.innerHTML += '<b></b>'; } catch {}
          await fetch('https://attacker.example/').catch(() => {});
          await new Promise((resolve) => setTimeout(resolve));
          return refused;
        })()`);
        expect(new Set(refused)).toEqual(
          new Set(['style-src-elem', 'require-trusted-types-for', 'connect-src']),
        );
        expect(await page.title()).not.toBe('broken into');
      },
      MINUTES,
    );

    it(
      'says why when the access of its viewer is ended, and shows nothing more',
      async () => {
        const { app, url } = await startServer();
        const other = await WireClient.connect(`${url}/sse`);
        await other.initialize();
        const console = await open(url);
        await connected(console);
        const { page } = console;
        await page.getByRole('link', { name: 'Sessions 2' }).click();
        await page.getByRole('link', { name: /^wire/ }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        // A line separator, which JSON does not escape.
        await other.callTool(1, 'logIn', { user: 'a\u2028da', password: '' });
        await page.getByText('2 messages').waitFor();
        app.get(McpSessionService).closeWhere({ subject: 'anonymous' });
        await page.getByText(/The session has ended \(revoked\)/).waitFor();
        await page.getByText(/Your access was revoked/).waitFor();
        await page.getByText('Not connected').waitFor();
        expect(console.complaints).toEqual([]);
        other.close();
      },
      MINUTES,
    );

    it(
      'asks for a token, says what is wrong with it, and keeps it only where it is told to',
      async () => {
        const key = 'a-key-of-the-console';
        const { url } = await startServer({ auth: { apiKey: { keys: [{ name: 'ada', key }] } } });
        const console = await open(url);
        const { page } = console;
        await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
        await page.getByLabel('Token').fill('a wrong one');
        await page.keyboard.press('Enter');
        await page.getByText(/does not accept this token/).waitFor();
        await expectAccessible(page);
        await page.getByLabel('Token').fill(`Bearer ${key}`);
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await connected(console);
        await page.getByRole('button', { name: 'ada' }).waitFor();
        const stored = () =>
          page.evaluate<string>('JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie');
        expect(await stored()).toBe('{}');
        await page.getByRole('button', { name: 'ada' }).click();
        await page.getByLabel(/Keep it until/).check();
        // The page already shows that it is connected, so await a request to know that the dialog was accepted.
        const signedInAgain = page.waitForRequest(
          (request) => request.headers()['authorization'] === `Bearer ${key}`,
        );
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await signedInAgain;
        await connected(console);
        expect(await stored()).toContain(key);
        await page.reload();
        await connected(console);
      },
      MINUTES,
    );
  });
});
