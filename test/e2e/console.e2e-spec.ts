import { afterEach, describe, expect, it } from '@jest/globals';
import helmet from 'helmet';
import { McpConfigurationError, McpSseModule } from 'nestjs-mcp-sse';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { send } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';
import { startModule, type AppFixture } from '../fixtures/start-app.js';

const GET = { method: 'GET' };
const DENIED = { canActivate: () => false };

describeOnAdapters('the console', (adapter) => {
  const { start } = appPerTest(adapter);

  it('serves its page below its path, under any global prefix', async () => {
    const { url } = await start({
      imports: [McpConsoleModule.forRoot({ path: 'admin/mcp-console' })],
      configure: (app) => void app.setGlobalPrefix('api'),
    });
    const bare = await send(`${url}/api/admin/mcp-console`, GET);
    expect(bare).toMatchObject({ status: 308, headers: { location: 'mcp-console/' } });
    const page = await send(`${url}/api/admin/mcp-console/`, GET);
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const files = [...page.body.matchAll(/(?:src|href)="([\w.-]+\.\w+)"/g)].map(([, file]) => file!);
    expect(files).toEqual(expect.arrayContaining(['console.css', 'main.js', 'icon.svg']));
    for (const file of files)
      expect((await send(`${url}/api/admin/mcp-console/${file}`, GET)).status).toBe(200);
    const about = JSON.parse((await send(`${url}/api/admin/mcp-console/api/server`, GET)).body) as object;
    expect(about).toEqual({
      server: { name: 'test', version: '1.0.0' },
      root: '../../../',
      stream: ['api', 'sse'],
      heartbeatMs: 15_000,
      hasRequests: true,
      authenticates: false,
      viewer: { seesOthers: false },
    });
  });

  it('finds the server when a global prefix excludes only the console', async () => {
    const { url } = await start({
      imports: [McpConsoleModule.forRoot()],
      options: { sse: { path: ':tenant/sse' } },
      configure: (app) => void app.setGlobalPrefix(':region', { exclude: ['console{/*path}'] }),
    });
    expect((await send(`${url}/console/main.js`, GET)).status).toBe(200);
    const about = JSON.parse((await send(`${url}/console/api/server`, GET)).body) as object;
    expect(about).toMatchObject({ root: '../', stream: [':region', ':tenant', 'sse'] });
  });

  it('stops the boot if a global prefix separates it from its files', async () => {
    const fixture: AppFixture = {
      adapter,
      imports: [McpConsoleModule.forRoot({ path: 'admin/console' })],
      configure: (app) => void app.setGlobalPrefix('api', { exclude: ['admin/console'] }),
    };
    expect(await bootError(fixture)).toEqual(
      anError(McpConfigurationError, '"/api/admin/console/api/server"', '"admin/console{/*path}"'),
    );
  });

  it('sends a policy that allows only its own files, whatever the application sends', async () => {
    const { url } = await start({
      imports: [McpConsoleModule.forRoot()],
      configure: (app) => {
        if (adapter === 'express') app.use(helmet());
      },
    });
    for (const path of ['console/', 'console/main.js', 'console/console.css']) {
      const { headers } = await send(`${url}/${path}`, GET);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
          "trusted-types 'none'",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      });
    }
    expect((await send(`${url}/console/`, GET)).body).not.toMatch(/<script>|<style|\sstyle=|\son\w+=/);
  });

  it('serves nothing but its files', async () => {
    const { url } = await start({ imports: [McpConsoleModule.forRoot()] });
    for (const path of [
      'package.json',
      '..%2fpackage.json',
      '%2e%2e%2findex.js',
      'constructor',
      'api/nothing',
    ])
      expect([path, (await send(`${url}/console/${path}`, GET)).status]).toEqual([path, 404]);
  });

  it('sends a file once, and answers 304 after that', async () => {
    const { url } = await start({ imports: [McpConsoleModule.forRoot()] });
    const first = await send(`${url}/console/main.js`, GET);
    const headers = { 'if-none-match': first.headers.etag! };
    expect(await send(`${url}/console/main.js`, { ...GET, headers })).toMatchObject({
      status: 304,
      body: '',
    });
  });

  it('accepts the hosts of the server, and only loopback connections if nobody is authenticated', async () => {
    const { url } = await start({ imports: [McpConsoleModule.forRoot()] });
    const relayed = { ...GET, headers: { via: '1.1 gateway' } };
    for (const path of ['console/', 'console/main.js', 'console/api/server', 'console/api/sessions'])
      expect([path, (await send(`${url}/${path}`, relayed)).status]).toEqual([path, 403]);
    const rebound = { ...GET, headers: { host: 'attacker.example' } };
    for (const path of ['console/', 'console/api/server', 'console/api/sessions'])
      expect([path, (await send(`${url}/${path}`, rebound)).status]).toEqual([path, 403]);
    const foreign = { ...GET, headers: { origin: 'https://attacker.example' } };
    expect((await send(`${url}/console/api/sessions`, foreign)).status).toBe(403);
  });

  it('serves its files to everybody, and anything else only to those whom the server admits', async () => {
    const { url } = await start({
      options: { auth: { apiKey: { keys: [{ name: 'ada', key: 'a-key-of-the-console' }] } } },
      imports: [McpConsoleModule.forRoot()],
    });
    expect((await send(`${url}/console/`, GET)).status).toBe(200);
    expect((await send(`${url}/console/main.js`, GET)).status).toBe(200);
    for (const path of ['server', 'sessions', 'sessions/any/messages']) {
      const refused = await send(`${url}/console/api/${path}`, GET);
      expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(JSON.parse(refused.body)).toEqual({ message: expect.any(String) });
    }
    const headers = { authorization: 'Bearer a-key-of-the-console' };
    const { body } = await send(`${url}/console/api/server`, { ...GET, headers });
    expect(JSON.parse(body)).toMatchObject({ authenticates: true, viewer: { subject: 'ada' } });
  });
});

describe('a console', () => {
  const { start } = appPerTest();
  const { NODE_ENV } = process.env;

  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });

  const inProduction = (options: Parameters<typeof McpConsoleModule.forRoot>[0], isGuarded: boolean) => {
    process.env['NODE_ENV'] = 'production';
    return {
      imports: [McpConsoleModule.forRoot(options)],
      options: isGuarded ? { guards: [DENIED] } : {},
    };
  };

  it('is off in production unless it is enabled', async () => {
    const { url } = await start(inProduction({}, true));
    for (const path of [
      'console',
      'console/',
      'console/main.js',
      'console/api/server',
      'console/api/sessions',
    ])
      expect([path, (await send(`${url}/${path}`, GET)).status]).toEqual([path, 404]);
    const asked = await start(inProduction({ enabled: true }, true));
    expect((await send(`${asked.url}/console/`, GET)).status).toBe(200);
    expect((await send(`${asked.url}/console/api/server`, GET)).status).toBe(403);
  });

  it('answers 404 if it is disabled', async () => {
    const { url } = await start({ imports: [McpConsoleModule.forRoot({ enabled: false })] });
    expect((await send(`${url}/console/`, GET)).status).toBe(404);
  });

  it('stops the boot in production if it is enabled and its server does not authenticate', async () => {
    expect(await bootError(inProduction({ enabled: true }, false))).toEqual(
      anError(McpConfigurationError, 'McpConsoleModule is enabled', '"production"', '"auth" or "guards"'),
    );
  });

  it.each([
    ['a path with parameters', { path: ':tenant/console' }, ['":tenant/console"', 'no parameters']],
    ['an empty path', { path: '/' }, ['"path of McpConsoleModule" is "/"']],
    ['a path of the server', { path: '/sse/' }, ['a route of McpSseModule']],
  ])('stops the boot with %s', async (_title, options, parts) => {
    const imports = [McpConsoleModule.forRoot(options)];
    expect(await bootError({ imports })).toEqual(anError(McpConfigurationError, ...parts));
  });

  it('stops the boot without a server, and with the name of an unknown server', async () => {
    const boot = (module: object) =>
      startModule(module as never).then(
        () => undefined,
        (error: unknown) => error,
      );
    const alone = { module: class Alone {}, imports: [McpConsoleModule.forRoot()] };
    expect(await boot(alone)).toEqual(anError(McpConfigurationError, 'found no McpSseModule', 'Import'));
    const imports = [McpConsoleModule.forRoot({ server: 'other' })];
    expect(await bootError({ imports })).toEqual(anError(McpConfigurationError, 'the name "other"'));
  });

  it('shows the server that it names, behind the guards of that server', async () => {
    const { url, close } = await startModule({
      module: class Several {},
      imports: [
        McpSseModule.forRoot({ name: 'open', version: '1' }),
        McpSseModule.forRoot({
          name: 'closed',
          version: '2',
          sse: { path: 'closed/sse', messagesPath: 'closed/messages' },
          http: false,
          guards: [DENIED],
        }),
        McpConsoleModule.forRoot({ server: 'open', path: 'open/console' }),
        McpConsoleModule.forRootAsync({ server: 'closed', useFactory: () => ({ path: 'closed/console' }) }),
      ],
    });
    const { body } = await send(`${url}/open/console/api/server`, GET);
    expect(JSON.parse(body)).toMatchObject({ server: { name: 'open' } });
    expect((await send(`${url}/closed/console/`, GET)).status).toBe(200);
    expect((await send(`${url}/closed/console/api/server`, GET)).status).toBe(403);
    await close();
  });

  it('answers an internal error with a correlation id, and nothing more', async () => {
    const { url } = await start({
      options: { guards: [HeaderUserGuard] },
      imports: [McpConsoleModule.forRoot()],
    });
    const headers = { 'x-user': 'no JSON' };
    const { status, body } = await send(`${url}/console/api/server`, { ...GET, headers });
    expect([status, JSON.parse(body)]).toEqual([
      500,
      { message: expect.stringMatching(/^Internal error \(correlation id [\w-]+\)$/) },
    ]);
  });
});
