import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, Get, Ip, Module, Param, ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { McpAuditService, McpTool } from 'nestjs-mcp-sse';
import { firstValueFrom } from 'rxjs';
import { modernRpc, postModern } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import {
  HeardEvents,
  HostedController,
  ShopController,
  TenantOrdersController,
} from '../fixtures/route-shop.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { TestPolicy } from '../fixtures/test.policy.js';

@Controller()
class PagesController {
  @Get(':page')
  @McpTool({ name: 'page' })
  page(@Param('page') page: string, @Ip() ip: string) {
    return { page, ip };
  }
}

@Module({ controllers: [PagesController] })
class PagesModule {}

describeOnAdapters('attackers of routes that are tools', (adapter) => {
  let running: RunningApp;
  let heard: HeardEvents;

  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await postModern(running.url, body, { ...userHeaders('ann'), ...headers });
    return (await response.json()) as Record<string, any>;
  };
  const call = async (name: string, args: object, headers?: Record<string, string>) => {
    const { result, error } = await post(modernRpc(1, 'tools/call', { name, arguments: args }), headers);
    return error ?? result;
  };
  const textOf = async (...args: Parameters<typeof call>): Promise<string> => {
    const { isError, content } = await call(...args);
    return `${isError ? 'isError: ' : ''}${content[0].text}`;
  };

  beforeAll(async () => {
    running = await startApp({
      adapter,
      providers: [HeardEvents],
      controllers: [ShopController, TenantOrdersController, HostedController],
      imports: [PagesModule],
      options: { guards: [HeaderUserGuard], audit: false },
      configure: (app) => {
        app.useGlobalPipes(new ValidationPipe({ transform: true }));
        if (adapter === 'express') (app as NestExpressApplication).set('trust proxy', false);
        app.use('/backstage', (_request: IncomingMessage, response: ServerResponse) =>
          response.end('secret'),
        );
      },
    });
    heard = running.app.get(HeardEvents);
  });

  afterAll(() => running.close());

  it.each(['..', '.', '', '\ud800'])('do not leave the path of a route by the value %j', async (id) => {
    expect(await textOf('find', { id })).toContain('isError: Invalid arguments: id');
  });

  it.each([
    '../export',
    '..%2fexport',
    '%2e%2e',
    '..\\export',
    'export?x=1',
    '\r\nx-forwarded-for: 1',
    '\0',
    'a;b',
  ])('send the value %j as it is', async (id) => {
    expect(await call('find', { id })).toMatchObject({ structuredContent: { id } });
  });

  it('reach no other route by a value that is its path', async () => {
    heard.events.length = 0;
    expect(await textOf('find', { id: 'export' })).toBe('isError: Not Found');
    expect(await textOf('page', { page: 'orders' })).toBe('isError: Not Found');
    expect(heard.events).toEqual([]);
  });

  it('read nothing that answers before the routes', async () => {
    expect(await textOf('page', { page: 'backstage' })).toBe(
      'isError: The arguments lead to something else than this tool.',
    );
  });

  it('cannot call the endpoint by a route', async () => {
    for (const page of ['mcp', 'sse', 'messages'])
      expect(await textOf('page', { page })).toMatch(/^isError: /);
    expect(await call('page', { page: 'mcps' })).toMatchObject({ structuredContent: { page: 'mcps' } });
  });

  it('get the routes of their own tenant only', async () => {
    const token = { authorization: 'Bearer token-of-acme' };
    expect(await call('tenant_order', { tenant: 'acme', id: '1' }, token)).toMatchObject({
      structuredContent: { tenant: 'acme', id: '1' },
    });
    const events = firstValueFrom(running.app.get(McpAuditService).events$);
    expect(await textOf('tenant_order', { tenant: 'other', id: '1' }, token)).toBe(
      'isError: Not your tenant',
    );
    expect(await events).toMatchObject({ name: 'tenant_order', outcome: 'denied', reason: 'forbidden' });
    expect(await textOf('tenant_order', { tenant: 'other', id: '1' })).toBe('isError: Log in first');
    expect(await textOf('tenant_order', { tenant: 'acme', id: 'all/secrets' }, token)).toContain(
      'all/secrets',
    );
  });

  it('cannot forge their address, or break the header of a host', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7' };
    expect(await call('page', { page: 'a' }, forged)).toMatchObject({
      structuredContent: { ip: '127.0.0.1' },
    });
    expect(await textOf('hosted', { account: 'a\r\nx: y' })).not.toContain('\n');
  });

  it('send no names of prototypes, no unknown arguments and no huge bodies', async () => {
    const proto = JSON.stringify(modernRpc(1, 'tools/call', { name: 'create', arguments: { item: 'x' } }));
    const polluting = await postModern(running.url, proto.replace('"item"', '"__proto__"'), {
      ...userHeaders('ann'),
      'mcp-method': 'tools/call',
      'mcp-name': 'create',
      'mcp-protocol-version': '2026-07-28',
    });
    expect(JSON.stringify(await polluting.json())).toContain('it names a prototype');
    expect(await textOf('create', { item: 'tea', amount: 1, isAdmin: true })).toContain(
      'isAdmin: is not an argument of this tool',
    );
    expect(await textOf('create', { item: 'x'.repeat(1_048_576), amount: 1 })).toMatch(
      /^isError: .*too large/i,
    );
    expect(await textOf('find', { id: { a: 1 } })).toContain('id: must be a text');
  });
});

describeOnAdapters('a policy over routes that are tools', (adapter) => {
  it('hides them like any tool, and so do roles', async () => {
    const policy = new TestPolicy();
    policy.decide = ({ name }) => name !== 'list';
    const running = await startApp({
      adapter,
      providers: [HeardEvents],
      controllers: [ShopController],
      options: {
        guards: [HeaderUserGuard],
        audit: false,
        policy,
      },
    });
    try {
      const post = async (method: string, params: object) => {
        const response = await postModern(running.url, modernRpc(1, method, params), userHeaders('ann'));
        return (await response.json()) as Record<string, any>;
      };
      const listed = (await post('tools/list', {})).result.tools.map(({ name }: { name: string }) => name);
      expect(listed).toContain('find');
      expect(listed).not.toContain('list');
      expect(listed).not.toContain('admin');
      for (const name of ['list', 'admin', 'none'])
        expect((await post('tools/call', { name, arguments: {} })).error).toEqual({
          code: -32602,
          message: `Unknown tool: ${name}`,
        });
    } finally {
      await running.close();
    }
  });
});
