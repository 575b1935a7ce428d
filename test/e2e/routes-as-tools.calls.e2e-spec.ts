import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ValidationPipe, VersioningType } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { modernRpc, postModern } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import {
  HeardEvents,
  HostedController,
  PNG,
  ScopedController,
  ShopController,
  TenantOrdersController,
  VersionedController,
} from '../fixtures/route-shop.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

type Headers = Record<string, string>;

describeOnAdapters('calls of routes', (adapter) => {
  let running: RunningApp;
  let heard: HeardEvents;
  const middleware: string[] = [];

  const call = async (name: string, args: object = {}, headers: Headers = {}, signal?: AbortSignal) => {
    const request = modernRpc(1, 'tools/call', { name, arguments: args });
    const response = await postModern(`${running.url}/api`, request, headers, signal);
    const { result, error } = (await response.json()) as { result?: any; error?: any };
    return error ?? result;
  };
  const data = async (...args: Parameters<typeof call>) => (await call(...args)).structuredContent;
  const failure = async (...args: Parameters<typeof call>) => {
    const { isError, content } = await call(...args);
    return isError && content[0].text;
  };

  beforeAll(async () => {
    running = await startApp({
      adapter,
      providers: [HeardEvents],
      controllers: [
        ShopController,
        VersionedController,
        HostedController,
        ScopedController,
        TenantOrdersController,
      ],
      options: { limits: { maxResultBytes: 100_000 }, routes: { forward: ['X-Tenant'] } },
      configure: (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '1' });
        app.useGlobalPipes(new ValidationPipe({ transform: true }));
        if (adapter === 'express') (app as NestExpressApplication).set('query parser', 'extended');
        app.use((request: { url: string }, _response: unknown, next: () => void) => {
          if (request.url.startsWith('/api')) middleware.push(request.url);
          next();
        });
      },
    });
    heard = running.app.get(HeardEvents);
  });

  afterAll(() => running.close());

  it('go through middleware, prefix, guards, pipes and interceptors of the application', async () => {
    expect(await call('find', { id: 'a b/c?d#e%2f', currency: null })).toMatchObject({
      structuredContent: { id: 'a b/c?d#e%2f', currency: 'EUR' },
    });
    expect(middleware.at(-1)).toBe('/api/orders/a%20b%2Fc%3Fd%23e%252f');
    expect(await data('create', { item: 'tea', amount: 2 })).toEqual({
      order: { item: 'tea', amount: 2 },
      isDto: true,
      ip: '127.0.0.1',
    });
    expect(await failure('create', { item: 'tea', amount: 0 })).toBe('amount must not be less than 1');
    expect(await data('anything')).toEqual({ wrapped: { method: 'GET', accept: 'application/json' } });
    expect(await data('scoped', { id: '1' })).toEqual({ url: '/api/scoped/first/1' });
    const [second, third] = [await data('second'), await data('third')];
    expect([second, third]).toEqual([{ version: 2 }, { version: 3 }]);
    expect(await data('hosted', { account: 'acme' })).toEqual({ host: 'acme.example.com' });
  });

  it('encode arrays in queries as the application reads them', async () => {
    expect(await data('list', { tag: ['a&b', 'c'], ids: [1, 2] })).toEqual({
      tags: ['a&b', 'c'],
      ids: [1, 2],
    });
    expect(await data('list', { tag: ['a'] })).toEqual({
      tags: adapter === 'express' ? ['a'] : 'a',
      ids: [],
    });
    expect(await data('list', {})).toEqual({ tags: [], ids: [] });
  });

  it('answer with text, images and nothing, and do not follow redirects', async () => {
    expect(await call('text')).toMatchObject({ content: [{ type: 'text', text: 'plain' }] });
    expect(await call('picture')).toMatchObject({
      content: [{ type: 'image', data: PNG.toString('base64'), mimeType: 'image/png' }],
    });
    expect(await call('remove', { id: 3 })).toMatchObject({ content: [] });
    expect(heard.events).toContain('remove 3');
    expect(await failure('elsewhere')).toBe(
      'The route answered 302 and redirects to https://example.com/else, which a call does not follow.',
    );
  });

  it('fail with the message that people get', async () => {
    expect(await failure('fail', { status: 404 })).toBe('no 404; at all');
    expect(await failure('fail', { status: 403 })).toBe('no 403; at all');
    expect(await failure('fail', { status: 500 })).toBe('Internal server error');
    expect(await failure('remove', { id: 'x' })).toBe('Validation failed (numeric string is expected)');
  });

  it('have the headers of their caller, and no others of the message', async () => {
    const headers = {
      authorization: 'Bearer t',
      cookie: 'a=b',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      baggage: 'k=v',
      'x-tenant': 'acme',
      'x-secret': 'of the protocol',
    };
    const seen = await data('request', {}, headers);
    const { 'x-secret': _secret, ...forwarded } = headers;
    expect(seen).toMatchObject({ ip: '127.0.0.1', headers: forwarded });
    expect(Object.keys(seen.headers).toSorted()).toEqual(
      [...Object.keys(forwarded), 'accept', 'accept-language', 'host', 'user-agent', 'x-version'].toSorted(),
    );
  });

  it('tell the application whose calls they are', async () => {
    expect(await data('behind')).toEqual({ by: 'behind of anonymous' });
    const direct = await fetch(`${running.url}/api/orders/call/behind`, { headers: { 'x-version': '1' } });
    expect(await direct.json()).toEqual({ by: 'a person' });
  });

  it('end at the limit of results, and the application learns it', async () => {
    const closed = new Promise((resolve) => (heard.closed = resolve));
    expect(await failure('endless')).toContain('100,000 bytes');
    expect(await closed).toBe('destroyed');
  });

  it('are aborted with their request', async () => {
    const begun = new Promise<void>((resolve) => (heard.begun = resolve));
    const closed = new Promise((resolve) => (heard.closed = resolve));
    const controller = new AbortController();
    const calling = call('hang', {}, {}, controller.signal).catch((error: Error) => error.name);
    await begun;
    controller.abort();
    expect(await calling).toBe('AbortError');
    expect(await closed).toBe('close');
  });
});
