import { expect, it } from '@jest/globals';
import { mcpCorsOptions } from 'nestjs-mcp-sse';
import { send } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';

const ORIGIN = 'https://chat.example.com';
const SENT = ['authorization', 'content-type', 'last-event-id', 'mcp-session-id', 'mcp-protocol-version'];
const READ = ['mcp-session-id', 'www-authenticate', 'retry-after'];

/** The names in a header that lists some. */
function namesOf(list: string | string[] | undefined): string[] {
  return String(list).toLowerCase().split(/, */);
}

describeOnEveryAdapter('the CORS preset', (adapter) => {
  const { start } = appPerTest(adapter);
  const run = (...preset: Parameters<typeof mcpCorsOptions>) =>
    start({
      options: { allowedOrigins: [...preset[0]] },
      configure: (app) => app.enableCors(mcpCorsOptions(...preset)),
    });

  it.each(['/sse', '/messages', '/mcp'])(
    'lets pages send the methods and headers of MCP, on %s',
    async (path) => {
      const { url } = await run([ORIGIN], ['X-API-Key']);
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, headers } = await send(url + path, {
          method: 'OPTIONS',
          headers: {
            origin: ORIGIN,
            'access-control-request-method': method,
            'access-control-request-headers': SENT.join(','),
          },
        });
        expect([status, headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
        expect(namesOf(headers['access-control-allow-methods'])).toContain(method.toLowerCase());
        expect(namesOf(headers['access-control-allow-headers'])).toEqual(
          expect.arrayContaining([...SENT, 'x-api-key']),
        );
      }
    },
  );

  it('lets pages of its origins alone read the headers of MCP, of errors too', async () => {
    const { url } = await run([ORIGIN]);
    const read = async (origin: string) =>
      (await send(`${url}/messages?sessionId=x`, { headers: { origin }, body: '{}' })).headers;
    const headers = await read(ORIGIN);
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(namesOf(headers['access-control-expose-headers'])).toEqual(expect.arrayContaining(READ));
    expect(await read('https://evil.example')).not.toHaveProperty('access-control-allow-origin');
  });

  it('accepts * for every origin, like allowedOrigins', async () => {
    const { url } = await run(['*']);
    const { headers } = await send(`${url}/sse`, { headers: { origin: 'https://any.example' } });
    expect(headers['access-control-allow-origin']).toBe('*');
  });
});
