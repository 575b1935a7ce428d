import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

describeOnEveryAdapter('the frame that the console shows apps in', (adapter) => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp({ adapter, imports: [McpConsoleModule.forRoot()] });
  });
  afterAll(() => running.close());

  const frame = (csp?: unknown) => {
    const query = csp === undefined ? '' : `?csp=${encodeURIComponent(JSON.stringify(csp))}`;
    return fetch(`${running.url}/console/app-frame.html${query}`);
  };
  const policy = (response: Response) =>
    Object.fromEntries(
      response.headers
        .get('content-security-policy')!
        .split('; ')
        .map((directive) => {
          const [name, ...values] = directive.split(' ');
          return [name, values.join(' ')];
        }),
    ) as Record<string, string>;

  it('has no origin, lets its app reach nothing, and is framed by the console alone', async () => {
    const response = await frame();
    expect(policy(response)).toEqual({
      sandbox: 'allow-scripts allow-forms',
      'default-src': "'none'",
      'script-src': "'unsafe-inline'",
      'style-src': "'unsafe-inline'",
      'img-src': 'data:',
      'font-src': 'data:',
      'media-src': 'data:',
      'connect-src': "'none'",
      'frame-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'self'",
    });
    expect(response.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const cached = await fetch(response.url, { headers: { 'if-none-match': response.headers.get('etag')! } });
    expect([cached.status, policy(cached)]).toEqual([304, policy(response)]);
  });

  it('lets its app reach what it declares', async () => {
    const declared = {
      connectDomains: ['https://api.example.com', 'wss://api.example.com'],
      resourceDomains: ['https://*.example.com'],
      frameDomains: ['https://maps.example.com'],
      baseUriDomains: ['https://example.com'],
    };
    expect(policy(await frame(declared))).toMatchObject({
      'connect-src': 'https://api.example.com wss://api.example.com',
      'script-src': "'unsafe-inline' https://*.example.com",
      'img-src': 'data: https://*.example.com',
      'frame-src': 'https://maps.example.com',
      'base-uri': 'https://example.com',
    });
  });

  it.each([
    { connectDomains: ["https://a.example; script-src 'self'"] },
    { connectDomains: ["'self'"] },
    { resourceDomains: ['*'] },
    { connectDomains: 'https://a.example' },
    { sandbox: ['allow-same-origin'] },
    'connect-src *',
  ])('takes no other policy, such as %j', async (csp) => {
    const response = await frame(csp);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
  });
});
