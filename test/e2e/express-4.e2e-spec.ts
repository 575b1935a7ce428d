import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { Body, Controller, Post, VersioningType, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { McpTool } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { modernRpc, postModern } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { Greeter } from '../fixtures/greeter.js';
import { testModule } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

const express = createRequire(import.meta.url)('express-4') as typeof import('express');

@Controller('own')
class OwnController {
  @Post()
  @McpTool({ input: { type: 'object', properties: { text: { type: 'string' } } } })
  own(@Body() body: { text: string }): number {
    return body.text.length;
  }
}

/** Nest's own body parser and its middleware consumers read what Express 4 throws on, so the application does without. */
describe('a server on Express 4', () => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    const module = testModule({
      providers: [Greeter],
      controllers: [OwnController],
      options: { guards: [UserGuard], oauth: { authorizationServers: ['https://login.example.com'] } },
    });
    app = await NestFactory.create(module, new ExpressAdapter(express()), {
      logger: false,
      abortOnError: false,
      bodyParser: false,
    });
    app.use(express.json());
    app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(() => app.close());

  it('serves both transports and both eras, with its prefix and version in the endpoint', async () => {
    const sse = await WireClient.connect(`${url}/api/v1/sse`);
    expect(sse.events[0]!.data).toMatch(/^\/api\/v1\/messages\?sessionId=/);
    expect(textOf(await sse.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    sse.close();
    const http = await HttpWireClient.connect(`${url}/api/v1/mcp`);
    const call = { name: 'greet', arguments: { name: 'Ada' } };
    expect(textOf(await http.call(2, 'tools/call', call))).toBe('Hello Ada');
    const modern = await postModern(`${url}/api/v1`, modernRpc(3, 'tools/call', call));
    expect(textOf((await modern.json()) as Record<string, unknown>)).toBe('Hello Ada');
  });

  it('reads bodies itself, and leaves those of the application to its parser', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const text = 'x'.repeat(200_000);
    const http = await HttpWireClient.connect(`${url}/api/v1/mcp`);
    expect(textOf(await http.call(1, 'tools/call', { name: 'greet', arguments: { name: text } }))).toBe(
      `Hello ${text}`,
    );
    expect(await send(`${url}/api/v1/mcp`, { headers, body: '{' })).toMatchObject({ status: 400 });
    expect((await send(`${url}/api/v1/own`, { headers, body: JSON.stringify({ text: 'abc' }) })).body).toBe(
      '3',
    );
    expect((await send(`${url}/api/v1/own`, { headers, body: JSON.stringify({ text }) })).status).toBe(413);
  });

  it('answers calls by routes', async () => {
    const http = await HttpWireClient.connect(`${url}/api/v1/mcp`);
    expect(textOf(await http.call(1, 'tools/call', { name: 'own', arguments: { text: 'abcd' } }))).toBe('4');
  });

  it('serves the metadata of OAuth, and refuses what a page of another site sends', async () => {
    const metadata = await send(`${url}/.well-known/oauth-protected-resource/api/v1/mcp`, { method: 'GET' });
    expect(JSON.parse(metadata.body)).toMatchObject({ resource: `${url}/api/v1/mcp` });
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' };
    const refused = await send(`${url}/api/v1/mcp`, { headers, body: JSON.stringify(rpc(1, 'ping')) });
    expect(refused.status).toBe(403);
  });
});
