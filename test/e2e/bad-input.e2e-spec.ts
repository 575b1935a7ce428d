import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  BadRequestException,
  Body,
  Controller,
  Injectable,
  Post,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type LoggerService,
} from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsInt, IsNumber, IsString, Max, ValidateNested } from 'class-validator';
import {
  JsonRpcError,
  McpContext,
  McpPrompt,
  McpResource,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const JSON_HEADERS = { 'content-type': 'application/json' };
const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' };
const SECRET = 'secret-password-of-the-database';

class LineDto {
  @IsNumber()
  price!: number;
}

class OrderDto {
  @IsString()
  customer!: string;

  @IsInt()
  @Max(10)
  count!: number;

  @ValidateNested({ each: true })
  @ArrayNotEmpty()
  @Type(() => LineDto)
  lines!: LineDto[];
}

class GreetingDto {
  @IsString()
  name!: string;
}

@Injectable()
class Features {
  readonly orders: OrderDto[] = [];

  @McpTool()
  greet({ name }: GreetingDto): string {
    return `Hello ${name}`;
  }

  @McpTool()
  order(order: OrderDto): string {
    this.orders.push(order);
    return 'ordered';
  }

  @McpResource({ uri: 'notes://{id}' })
  note(): string {
    return 'a note';
  }

  @McpResource({ uri: 'broken://resource' })
  brokenResource(): string {
    throw new Error(SECRET);
  }

  @McpPrompt()
  welcome({ name }: GreetingDto): string {
    return `Welcome ${name}`;
  }

  @McpPrompt()
  brokenPrompt(): string {
    throw new Error(SECRET);
  }
}

/** Calls that stay open until the test says so. */
@Injectable()
class Gate {
  private readonly waiting: (() => void)[] = [];
  readonly aborted: unknown[] = [];

  @McpTool()
  async wait(ctx: McpContext): Promise<string> {
    const opened = new Promise<void>((resolve) => this.waiting.push(resolve));
    ctx.log.info('waiting');
    await opened;
    return 'done';
  }

  @McpTool()
  never(ctx: McpContext): Promise<string> {
    ctx.signal.addEventListener('abort', () => this.aborted.push(ctx.requestId));
    ctx.log.info('waiting');
    return new Promise(() => undefined);
  }

  open(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

@Injectable()
class Failing {
  @McpTool()
  throws(): string {
    throw new Error(SECRET);
  }

  @McpTool()
  async rejects(): Promise<string> {
    throw new TypeError(SECRET);
  }

  @McpTool()
  throwsText(): string {
    // oxlint-disable-next-line no-throw-literal, only-throw-error
    throw SECRET;
  }

  @McpTool()
  throwsNothing(): string {
    // oxlint-disable-next-line no-throw-literal, only-throw-error
    throw undefined;
  }

  @McpTool()
  async *throwsLater(): AsyncGenerator<string> {
    yield 'first';
    throw new Error(SECRET);
  }

  @McpTool()
  bigInt(): object {
    return { value: 1n };
  }

  @McpTool()
  circular(): object {
    const circle: { self?: object } = {};
    circle.self = circle;
    return circle;
  }

  @McpTool()
  function(): unknown {
    return () => SECRET;
  }

  @McpTool()
  badToJson(): object {
    return {
      toJSON() {
        throw new Error(SECRET);
      },
    };
  }

  @McpTool()
  badContent(): object {
    return { content: [{ type: 'text', text: 1n }] };
  }

  @McpTool()
  nothing(): void {}

  @McpTool()
  refuses(): string {
    throw new BadRequestException('The order is closed.');
  }

  @McpTool()
  protocolError(): string {
    throw new JsonRpcError(-32050, 'Out of stock', { sku: 7 });
  }
}

@Controller()
class OwnController {
  @Post('own')
  own(@Body() body: { text: string }): number {
    return body.text.length;
  }
}

/** A guard as applications have it: whom the header names. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    if (http.headers['x-user']) http.user = { sub: http.headers['x-user'] };
    return true;
  }
}

class Recorder implements LoggerService {
  readonly errors: string[] = [];
  log(): void {}
  warn(): void {}
  error(...entry: unknown[]): void {
    this.errors.push(entry.join('\n'));
  }
}

/** A response of an HTTP error, to be compared with {@link refused}. */
function refusal({ status, headers, body }: WireResponse): object {
  return { status, type: headers['content-type'], body: JSON.parse(body) as unknown };
}

function refused(status: number, code: number): object {
  return {
    status,
    type: expect.stringMatching(/^application\/json\b/),
    body: { jsonrpc: '2.0', error: { code, message: expect.stringMatching(/./) }, id: null },
  };
}

function greet(id: unknown): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'greet', arguments: { name: 'Ada' } } };
}

function messagesOf(client: WireClient): Record<string, any>[] {
  return client.events
    .filter(({ event }) => event === 'message')
    .map(({ data }) => JSON.parse(data!) as Record<string, any>);
}

/** What a session says whose stream and messages work. */
async function greeting(client: WireClient): Promise<string> {
  const { result } = await client.callTool('alive', 'greet', { name: 'Ada' });
  return result.content[0].text;
}

/** A POST that is still being sent. */
function beginPost(url: string, headers: Record<string, string | number>): ClientRequest {
  return request(url, { method: 'POST', headers: { ...JSON_HEADERS, ...headers }, agent: new Agent() });
}

async function responseTo(clientRequest: ClientRequest): Promise<WireResponse> {
  const [response] = (await once(clientRequest, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  clientRequest.on('error', () => undefined).destroy();
  return {
    status: response.statusCode!,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

/** One application for all tests of a block. */
function runApp(
  adapter: AdapterName,
  options: Partial<McpSseModuleOptions> = {},
): { readonly running: RunningApp; readonly log: Recorder; readonly url: string } {
  const log = new Recorder();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp({
      adapter,
      options,
      providers: [Features, Gate, Failing],
      controllers: [OwnController],
      configure: (app) => app.useLogger(log),
    });
  });
  afterAll(() => running.close());
  return {
    log,
    get running() {
      return running;
    },
    get url() {
      return `${running.url}/sse`;
    },
  };
}

describeOnAdapters('a body that is no message', (adapter) => {
  const server = runApp(adapter);

  it.each([
    ['text that is not JSON', 'hello', -32700],
    ['JSON that ends early', '{"jsonrpc":"2.0"', -32700],
    ['nothing', '', -32700],
    ['white space', ' \n', -32700],
    ['two messages', `${JSON.stringify(PING)}\n${JSON.stringify(PING)}`, -32700],
    ['null', 'null', -32600],
    ['a number', '1', -32600],
    ['a string', '"ping"', -32600],
    ['an empty array', '[]', -32600],
    ['a batch', JSON.stringify([PING]), -32600],
    ['an empty object', '{}', -32600],
    ['a request without "jsonrpc"', '{"id":1,"method":"ping"}', -32600],
    ['a request of JSON-RPC 1.0', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['a "jsonrpc" that is a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600],
    ['an id without a method', '{"jsonrpc":"2.0","id":1}', -32600],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', -32600],
    ['a method that is null', '{"jsonrpc":"2.0","id":1,"method":null}', -32600],
    ['"params" that are an array', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600],
    ['"params" that are null', '{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', -32600],
    ['"params" that are a string', '{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32600],
    ['a response without an id', '{"jsonrpc":"2.0","result":{}}', -32600],
    ['a response with result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600],
  ])('is refused with 400 where it is %s, and the session lives on', async (_what, body, code) => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(body))).toEqual(refused(400, code));
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it('is refused where something before the module has read it', async () => {
    const running = await startApp({
      adapter,
      providers: [Features],
      configure: (app) => {
        app.use(async (incoming: IncomingMessage, _response: unknown, next: () => void) => {
          if (incoming.headers['x-eaten']) await text(incoming);
          next();
        });
      },
    });
    const client = await WireClient.connect(`${running.url}/sse`);
    expect(refusal(await client.post(PING, { 'x-eaten': 'yes' }))).toEqual(refused(400, -32700));
    expect(await greeting(client)).toBe('Hello Ada');
    await running.close();
  });

  it('does not end the session when the client leaves in the middle of it', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'content-length': 1_000 });
    post.on('error', () => undefined);
    await new Promise<void>((resolve) => post.write('{', () => resolve()));
    post.destroy();
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('the content type of a message', (adapter) => {
  const server = runApp(adapter);

  it.each([
    'text/plain',
    'application/jsonx',
    'application/json-rpc',
    'application/vnd.api+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'nonsense',
    '',
  ])('is refused with 415 where it is "%s"', async (type) => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(PING, { 'content-type': type }))).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 415 where it is missing', async () => {
    const client = await WireClient.connect(server.url);
    const response = await send(await client.endpoint(), { body: JSON.stringify(PING) });
    expect(refusal(response)).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 415 where the body is compressed', async () => {
    const client = await WireClient.connect(server.url);
    const response = await client.post(PING, { 'content-encoding': 'gzip' });
    expect(refusal(response)).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it.each([
    'application/json',
    'application/json; charset=UTF-8',
    'application/json;charset="utf-8"',
    'APPLICATION/JSON',
  ])('is accepted where it is %s', async (type) => {
    const client = await WireClient.connect(server.url);
    const { status, body } = await client.post(PING, { 'content-type': type });
    expect({ status, body }).toEqual({ status: 202, body: '' });
    expect(await client.answer('ping')).toEqual({ jsonrpc: '2.0', id: 'ping', result: {} });
    client.close();
  });
});

describeOnAdapters('a message larger than the limit', (adapter) => {
  const LIMIT = 10_000;
  const server = runApp(adapter, { limits: { maxMessageBytes: LIMIT } });

  /** A ping of so many bytes. */
  function pingOf(bytes: number, filler = 'x'): string {
    const empty = JSON.stringify({ ...PING, params: { filler: '' } });
    return empty.replace('""', `"${filler.repeat((bytes - empty.length) / Buffer.byteLength(filler))}"`);
  }

  it('is refused with 413, and one of just the limit is accepted', async () => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(pingOf(LIMIT + 1)))).toEqual(refused(413, -32000));
    expect((await client.post(pingOf(LIMIT))).status).toBe(202);
    expect(await client.answer('ping')).toHaveProperty('result');
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is counted in bytes, not characters', async () => {
    const client = await WireClient.connect(server.url);
    const body = pingOf(LIMIT + 2_000, 'ü');
    expect(body.length).toBeLessThan(LIMIT);
    expect(refusal(await client.post(body))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 413 without a Content-Length, before it has been sent to its end', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'transfer-encoding': 'chunked' });
    post.write(pingOf(LIMIT - 1));
    post.write('  ');
    expect(refusal(await responseTo(post))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is accepted without a Content-Length up to the limit', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'transfer-encoding': 'chunked' });
    post.write(pingOf(LIMIT - 1));
    post.end(' ');
    expect((await responseTo(post)).status).toBe(202);
    expect(await client.answer('ping')).toHaveProperty('result');
    client.close();
  });

  it('is refused with 413 when no more than its head has been sent', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'content-length': LIMIT + 1 });
    post.flushHeaders();
    expect(refusal(await responseTo(post))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('a message that something before the module has parsed', (adapter) => {
  let running: RunningApp;

  /** As body parsers do it: Express's put it on the request, Fastify's on its own. */
  function parseAhead(app: INestApplication): void {
    const parse = async (incoming: { headers: object; body?: unknown }, raw: IncomingMessage) => {
      if ('x-parsed' in incoming.headers) incoming.body = JSON.parse(await text(raw));
    };
    if (adapter === 'express')
      app.use(async (incoming: IncomingMessage, _response: unknown, next: () => void) => {
        await parse(incoming, incoming);
        next();
      });
    else
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('onRequest', (incoming: { raw: IncomingMessage; headers: object }) =>
          parse(incoming, incoming.raw),
        );
  }

  beforeAll(async () => {
    running = await startApp({
      adapter,
      providers: [Features],
      options: { limits: { maxMessageBytes: 1_000 } },
      configure: parseAhead,
    });
  });
  afterAll(() => running.close());

  it.each([
    ['content-length', (body: string) => ({ 'content-length': body.length })],
    ['transfer-encoding', () => ({ 'transfer-encoding': 'chunked' })],
  ])('is taken as it is, and has the same limit: with %s', async (_name, headersOf) => {
    const client = await WireClient.connect(`${running.url}/sse`);
    const post = async (message: object) => {
      const body = JSON.stringify(message);
      const clientRequest = beginPost(await client.endpoint(), { 'x-parsed': 'yes', ...headersOf(body) });
      clientRequest.end(body);
      return responseTo(clientRequest);
    };
    expect((await post(greet(1))).status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    const large = { ...PING, params: { filler: 'x'.repeat(1_000) } };
    expect(refusal(await post(large))).toEqual(refused(413, -32000));
    expect(refusal(await post([PING]))).toEqual(refused(400, -32600));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('the default limit of a message', (adapter) => {
  const server = runApp(adapter);
  const textOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes) });

  it('is 4 MiB, whatever the adapter has for the routes of the application', async () => {
    const client = await WireClient.connect(server.url);
    for (const [bytes, status] of [
      [150_000, 202],
      [4 * 1024 * 1024 - 1_000, 202],
      [4 * 1024 * 1024, 413],
    ] as const) {
      const message = { ...PING, params: { filler: 'x'.repeat(bytes) } };
      expect((await client.post(message)).status).toBe(status);
    }
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('leaves the routes of the application their own', async () => {
    const post = (bytes: number) =>
      send(`${server.running.url}/own`, { headers: JSON_HEADERS, body: textOf(bytes) });
    expect(await post(1_000)).toMatchObject({ status: 201, body: '1000' });
    const [below, above] = adapter === 'express' ? [90_000, 110_000] : [1_000_000, 1_100_000];
    expect((await post(below)).status).toBe(201);
    expect((await post(above)).status).toBe(413);
  });
});

describeOnAdapters('the session of a message', (adapter) => {
  const server = runApp(adapter, { guards: [UserGuard] });
  const post = (query: string, user = 'ada') =>
    send(`${server.running.url}/messages${query}`, {
      headers: { ...JSON_HEADERS, 'x-user': user },
      body: JSON.stringify(PING),
    });

  it.each(['', '?', '?sessionId=', '?session=x'])('must be named: 400 to "%s"', async (query) => {
    expect(refusal(await post(query))).toEqual(refused(400, -32600));
  });

  it('must be one of the caller: 404 to any other, with the same body', async () => {
    const ada = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const closed = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const closedId = await closed.sessionId();
    server.running.sessions.close(closedId);
    await closed.end();

    const unknown = await post('?sessionId=AAAAAAAAAAAAAAAAAAAAAA');
    expect(refusal(unknown)).toEqual(refused(404, -32001));
    const adasId = await ada.sessionId();
    const others = await Promise.all([
      post(`?sessionId=${closedId}`),
      post(`?sessionId=${adasId}`, 'bob'),
      post(`?sessionId=${adasId}`, ''),
      post(`?sessionId=${adasId}x`),
      post(`?sessionId=${adasId.toLowerCase()}`),
      post(`?sessionId=${adasId}&sessionId=${adasId}`),
      post(`?sessionId[]=${adasId}`),
      post(`?sessionId=${'x'.repeat(5_000)}`),
      post('?sessionId=%00'),
      post('?sessionId=%zz'),
      post('?sessionId=../../etc/passwd'),
      post('?sessionId=__proto__'),
    ]);
    for (const { status, headers, body } of others) {
      // An array in brackets is a parameter of another name to Fastify.
      if (status === 400) continue;
      expect({ status, type: headers['content-type'], body }).toEqual({
        status: 404,
        type: unknown.headers['content-type'],
        body: unknown.body,
      });
    }
    expect(others.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(11);
    expect(await greeting(ada)).toBe('Hello Ada');
    expect(messagesOf(ada)).toHaveLength(1);
    ada.close();
  });

  it('may end while the body is being sent: 404', async () => {
    const client = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const body = JSON.stringify(PING);
    const clientRequest = beginPost(await client.endpoint(), {
      'content-length': body.length,
      'x-user': 'ada',
    });
    clientRequest.write(body.slice(0, 5));
    // A whole request after it: by its answer the server has read the beginning of the first one.
    await client.post(PING);
    await client.answer('ping');
    server.running.sessions.close(await client.sessionId());
    await client.end();
    clientRequest.end(body.slice(5));
    expect(refusal(await responseTo(clientRequest))).toEqual(refused(404, -32001));
  });
});

describeOnAdapters('a Host or Origin', (adapter) => {
  const server = runApp(adapter);

  it.each<[string, Record<string, string>]>([
    ['a foreign host', { host: 'evil.example' }],
    ['a foreign host with the right port', { host: 'evil.example:3000' }],
    ['a host that begins as a loopback name', { host: 'localhost.evil.example' }],
    ['a host that begins as a loopback address', { host: '127.0.0.1.evil.example' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that begins as a loopback name', { origin: 'http://localhost.evil.example' }],
    ['a foreign origin with a loopback user', { origin: 'http://localhost:80@evil.example' }],
    ['the origin null', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
  ])('is refused with 403 on GET and POST where it is %s', async (_what, headers) => {
    const client = await WireClient.connect(server.url);
    const before = server.running.sessions.sessions.length;
    const stream = await send(server.url, { method: 'GET', headers });
    expect(refusal(stream)).toEqual(refused(403, -32000));
    expect(refusal(await client.post(PING, headers))).toEqual(refused(403, -32000));
    expect(server.running.sessions.sessions).toHaveLength(before);
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it.each<Record<string, string>>([
    { host: 'localhost' },
    { host: 'LOCALHOST:8080' },
    { host: '127.0.0.1' },
    { host: '[::1]:8080' },
    { origin: 'http://localhost:6274' },
    { origin: 'http://127.0.0.1:5173' },
    { origin: 'http://[::1]:5173' },
    { origin: 'https://localhost' },
  ])('is served where it is of this machine: %j', async (headers) => {
    const client = await WireClient.connect(server.url, headers);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('listed hosts and origins', (adapter) => {
  const server = runApp(adapter, {
    allowedHosts: ['mcp.example.com', 'localhost:3000'],
    allowedOrigins: ['https://chat.example.com'],
  });

  it.each<Record<string, string>>([
    { host: 'mcp.example.com' },
    { host: 'MCP.example.com:8443' },
    { host: 'localhost:3000' },
    { host: 'mcp.example.com', origin: 'https://chat.example.com' },
    { host: 'mcp.example.com', origin: 'HTTPS://Chat.Example.com' },
  ])('are served: %j', async (headers) => {
    const client = await WireClient.connect(server.url, headers);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it.each<Record<string, string>>([
    { host: '127.0.0.1' },
    { host: 'localhost' },
    { host: 'localhost:3001' },
    { host: 'a.mcp.example.com' },
    { host: 'mcp.example.com', origin: 'http://chat.example.com' },
    { host: 'mcp.example.com', origin: 'https://chat.example.com:444' },
    { host: 'mcp.example.com', origin: 'http://localhost:6274' },
    { host: 'mcp.example.com', origin: 'null' },
  ])('are the only ones served: 403 to %j', async (headers) => {
    const allowed = { host: 'mcp.example.com' };
    const client = await WireClient.connect(server.url, allowed);
    const stream = await send(server.url, { method: 'GET', headers: headers });
    expect(refusal(stream)).toEqual(refused(403, -32000));
    expect(refusal(await client.post(PING, headers))).toEqual(refused(403, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('a request for what does not exist', (adapter) => {
  const server = runApp(adapter);

  it.each([
    ['an unknown method', 'orders/list', {}, -32601],
    ['the method that newer clients try first', 'server/discover', {}, -32601],
    ['a method named as a member of every object', 'constructor', {}, -32601],
    ['an empty method', '', {}, -32601],
    ['an unknown tool', 'tools/call', { name: 'unknown' }, -32602],
    ['a tool named as a member of every object', 'tools/call', { name: '__proto__' }, -32602],
    ['no tool', 'tools/call', {}, -32602],
    ['a tool with a list of arguments', 'tools/call', { name: 'greet', arguments: [] }, -32602],
    ['a tool with null for arguments', 'tools/call', { name: 'greet', arguments: null }, -32602],
    ['an unknown resource', 'resources/read', { uri: 'unknown://resource' }, -32002],
    ['no resource', 'resources/read', {}, -32602],
    ['an unknown prompt', 'prompts/get', { name: 'unknown' }, -32602],
    ['a prompt without an argument that it needs', 'prompts/get', { name: 'welcome' }, -32602],
    ['an unknown cursor', 'tools/list', { cursor: 'x' }, -32602],
    ['an initialization without its parameters', 'initialize', {}, -32602],
  ])('is answered on the stream: %s', async (_what, method, params, code) => {
    const client = await WireClient.connect(server.url);
    const answer = await client.call(1, method, params);
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 1, error: { code } });
    expect(answer).not.toHaveProperty('result');
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('names the resource that was not found', async () => {
    const client = await WireClient.connect(server.url);
    const { error } = await client.call(1, 'resources/read', { uri: 'unknown://resource' });
    expect(error.data).toEqual({ uri: 'unknown://resource' });
    client.close();
  });

  it('is refused where it initializes a second time, and the session lives on', async () => {
    const client = await WireClient.connect(server.url);
    expect(await client.initialize(1)).toHaveProperty('result');
    expect(await client.initialize(2)).toMatchObject({ id: 2, error: { code: -32600 } });
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('arguments that fail validation', (adapter) => {
  const server = runApp(adapter);

  it.each([
    [{}, ['customer', 'count', 'lines']],
    [{ customer: 1, count: 1.5, lines: [{ price: 1 }] }, ['customer', 'count']],
    [{ customer: 'Ada', count: 11, lines: [] }, ['count', 'lines']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1 }, { price: 'free' }] }, ['lines[1].price']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1 }], discount: 1 }, ['discount']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1, vat: 1 }] }, ['lines[0].vat']],
    [{ customer: 'Ada', count: 1, lines: { length: 1 } }, ['lines']],
    [{ customer: null, count: null, lines: null }, ['customer', 'count', 'lines']],
  ])('are an error result that names each field, and the handler is not called: %j', async (args, fields) => {
    const client = await WireClient.connect(server.url);
    const { result } = await client.callTool(1, 'order', args);
    expect(result.isError).toBe(true);
    for (const field of fields) expect(result.content[0].text).toContain(field);
    expect(server.running.app.get(Features).orders).toEqual([]);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('are an error result where they name the prototype', async () => {
    const client = await WireClient.connect(server.url);
    const { status } = await client.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":' +
        '{"name":"Ada","__proto__":{"admin":true}}}}',
    );
    expect(status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { isError: true } });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    client.close();
  });

  it('are answered where they are nested too deep for a stack', async () => {
    const client = await WireClient.connect(server.url);
    const depth = 100_000;
    const { status } = await client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"order","arguments":` +
        `{"lines":${'['.repeat(depth)}${']'.repeat(depth)}}}}`,
    );
    expect(status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { isError: true } });
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnAdapters('a handler that fails', (adapter) => {
  const server = runApp(adapter);
  const CORRELATION_ID = /correlation id ([0-9a-f-]{36})\b/;

  it.each([
    ['throws', 'tools/call', { name: 'throws' }],
    ['rejects', 'tools/call', { name: 'rejects' }],
    ['throws a string', 'tools/call', { name: 'throwsText' }],
    ['throws undefined', 'tools/call', { name: 'throwsNothing' }],
    ['throws after it has emitted', 'tools/call', { name: 'throwsLater' }],
    ['returns a BigInt', 'tools/call', { name: 'bigInt' }],
    ['returns a circle', 'tools/call', { name: 'circular' }],
    ['returns a function', 'tools/call', { name: 'function' }],
    ['returns what throws when it is serialized', 'tools/call', { name: 'badToJson' }],
    ['returns a result that has no JSON', 'tools/call', { name: 'badContent' }],
    ['throws as a resource', 'resources/read', { uri: 'broken://resource' }],
    ['throws as a prompt', 'prompts/get', { name: 'brokenPrompt' }],
  ])(
    'is answered and logged by a correlation id, nothing internal told: %s',
    async (_what, method, params) => {
      const client = await WireClient.connect(server.url);
      const answer = await client.call(1, method, params);
      const text = JSON.stringify(answer);
      const correlationId = CORRELATION_ID.exec(text)?.[1];
      expect(correlationId).toBeDefined();
      const told = answer['error']?.message ?? answer['result'].content[0].text;
      expect(told).toBe(`Internal error (correlation id ${correlationId})`);
      expect(answer['error']?.code ?? answer['result'].isError).toBe(answer['error'] ? -32603 : true);
      expect(text).not.toMatch(new RegExp(`${SECRET}|BigInt|circular|\\.ts|    at `, 'i'));
      const logged = server.log.errors.filter((entry) => entry.includes(correlationId!));
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(method);
      expect(await greeting(client)).toBe('Hello Ada');
      client.close();
    },
  );

  it('keeps its message where it throws an HTTP exception', async () => {
    const client = await WireClient.connect(server.url);
    const logged = server.log.errors.length;
    expect((await client.callTool(1, 'refuses')).result).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'The order is closed.' }],
    });
    expect(server.log.errors).toHaveLength(logged);
    client.close();
  });

  it('decides on the error where it throws one of the protocol', async () => {
    const client = await WireClient.connect(server.url);
    expect((await client.callTool(1, 'protocolError')).error).toEqual({
      code: -32050,
      message: 'Out of stock',
      data: { sku: 7 },
    });
    client.close();
  });

  it('has an empty result where it returns nothing', async () => {
    const client = await WireClient.connect(server.url);
    expect((await client.callTool(1, 'nothing')).result).toEqual({ content: [] });
    client.close();
  });

  it('gets no answer where it never returns and is cancelled, and frees its id', async () => {
    const client = await WireClient.connect(server.url);
    const session = server.running.sessions.get(await client.sessionId())!;
    const gate = server.running.app.get(Gate);
    for (const id of [0, 'again', 0]) {
      gate.aborted.length = 0;
      await client.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'never' } });
      await client.next(({ data }) => data!.includes('waiting'));
      expect(session.inFlight).toBe(1);
      const cancelled = { requestId: id, reason: 'test' };
      await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: cancelled });
      expect(session.inFlight).toBe(0);
      expect(gate.aborted).toEqual([id]);
    }
    expect(await client.callTool(0, 'greet', { name: 'Ada' })).toMatchObject({ id: 0, result: {} });
    expect(messagesOf(client).filter((message) => 'id' in message)).toHaveLength(1);
    client.close();
  });

  it('is not answered where it returns after it was cancelled, and does not answer its successor', async () => {
    const client = await WireClient.connect(server.url);
    const wait = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } };
    await client.post(wait);
    await client.next(({ data }) => data!.includes('waiting'));
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    const never = { ...wait, params: { name: 'never' } };
    await client.post(never);
    await client.next(({ data }) => data!.includes('waiting'));
    server.running.app.get(Gate).open();
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client).filter(({ id }) => id === 1)).toEqual([]);
    expect(server.running.sessions.get(await client.sessionId())!.inFlight).toBe(1);
    client.close();
  });

  it.each([
    ['an unknown id', { requestId: 'unknown' }],
    ['no id', {}],
    ['an id that is an object', { requestId: {} }],
  ])('is cancelled by its own id only: not by %s', async (_what, params) => {
    const client = await WireClient.connect(server.url);
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    await client.next(({ data }) => data!.includes('waiting'));
    const { status } = await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(status).toBe(202);
    server.running.app.get(Gate).open();
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    client.close();
  });
});

describeOnAdapters('the id of a request', (adapter) => {
  const server = runApp(adapter);

  it.each([[0], [''], [-1], ['1'], [1], [Number.MAX_SAFE_INTEGER], ['\u0000"\n☃'], ['x'.repeat(2_000)]])(
    'comes back as it is: %j',
    async (id) => {
      const client = await WireClient.connect(server.url);
      expect(await client.call(id, 'ping')).toEqual({ jsonrpc: '2.0', id, result: {} });
      client.close();
    },
  );

  it.each([
    ['null', 'null'],
    ['2^53', '9007199254740992'],
    ['fractional', '1.5'],
    ['a boolean', 'true'],
    ['an object', '{}'],
    ['an array', '[1]'],
  ])('is refused with 400 where it is %s, with nothing on the stream', async (_what, id) => {
    const client = await WireClient.connect(server.url);
    const response = await client.post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    expect(refusal(response)).toEqual(refused(400, -32600));
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it('is refused with 400 while another request has it, whose answer stays the only one', async () => {
    const client = await WireClient.connect(server.url);
    await client.post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait' } });
    await client.next(({ data }) => data!.includes('waiting'));
    expect(refusal(await client.post(greet(7)))).toEqual(refused(400, -32600));
    expect((await client.post(greet('7'))).status).toBe(202);
    expect(await client.answer('7')).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    server.running.app.get(Gate).open();
    expect(await client.answer(7)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client).filter(({ id }) => id === 7)).toHaveLength(1);
    client.close();
  });

  it('may be that of a request in flight in another session', async () => {
    const [first, second] = [await WireClient.connect(server.url), await WireClient.connect(server.url)];
    await first.post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait' } });
    await first.next(({ data }) => data!.includes('waiting'));
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await second.post(cancelled)).status).toBe(202);
    expect(await second.callTool(7, 'greet', { name: 'Bob' })).toMatchObject({
      result: { content: [{ text: 'Hello Bob' }] },
    });
    server.running.app.get(Gate).open();
    expect(await first.answer(7)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(messagesOf(second)).toHaveLength(1);
    first.close();
    second.close();
  });
});

describeOnAdapters('a message that wants no answer', (adapter) => {
  const server = runApp(adapter);

  it.each([
    ['a notification', { method: 'notifications/initialized' }],
    ['an unknown notification', { method: 'notifications/unknown', params: { a: 1 } }],
    ['a request method without an id', { method: 'tools/call', params: { name: 'greet' } }],
    ['a response to nothing', { id: 1, result: {} }],
    ['an error to nothing', { id: 'x', error: { code: -1, message: 'no' } }],
  ])('is accepted with 202 and nothing on the stream: %s', async (_what, message) => {
    const client = await WireClient.connect(server.url);
    const { status, body } = await client.post({ jsonrpc: '2.0', ...message });
    expect({ status, body }).toEqual({ status: 202, body: '' });
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });
});

describeOnAdapters('the routes', (adapter) => {
  let running: RunningApp;

  afterEach(() => running.close());

  it('open no session for a HEAD', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const { status, headers, body } = await send(`${running.url}/sse`, { method: 'HEAD' });
    expect({ status, type: headers['content-type'], body }).toEqual({
      status: 200,
      type: expect.stringMatching(/^text\/event-stream\b/),
      body: '',
    });
    expect(running.sessions.sessions).toEqual([]);
  });

  it.each(['application/json', 'text/html', 'application/json, text/plain;q=0.5'])(
    'answer 406 to a client that accepts no event stream: %s',
    async (accept) => {
      running = await startApp({ adapter, providers: [Features] });
      const response = await send(`${running.url}/sse`, { method: 'GET', headers: { accept } });
      expect(refusal(response)).toEqual(refused(406, -32000));
      expect(running.sessions.sessions).toEqual([]);
    },
  );

  it.each(['text/event-stream', 'application/json, text/event-stream', '*/*', 'text/*'])(
    'open a stream for a client that accepts %s',
    async (accept) => {
      running = await startApp({ adapter, providers: [Features] });
      const client = await WireClient.connect(`${running.url}/sse`, { accept });
      expect(await greeting(client)).toBe('Hello Ada');
      client.close();
    },
  );

  it('open a stream for a client that does not say what it accepts', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const get = request(`${running.url}/sse`, { agent: new Agent() });
    get.end();
    const [response] = (await once(get, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    get.on('error', () => undefined).destroy();
  });

  it.each([
    ['text/plain', 'hello'],
    ['application/json', '{"jsonrpc":'],
    ['application/json', JSON.stringify({ filler: 'x'.repeat(2_000_000) })],
  ])('answer 405 to a POST of the stream whatever it carries as %s', async (type, body) => {
    running = await startApp({ adapter, providers: [Features] });
    const post = beginPost(`${running.url}/sse`, { 'content-type': type, 'content-length': body.length });
    post.write(body.slice(0, 1_000));
    expect(refusal(await responseTo(post))).toEqual(refused(405, -32000));
  });

  it.each([
    ['POST', '/sse', 'GET'],
    ['POST', '/sse/', 'GET'],
    ['GET', '/messages', 'POST'],
    ['GET', '/messages/', 'POST'],
  ])('answer 405 to %s %s and allow %s', async (method, path, allowed) => {
    running = await startApp({ adapter, providers: [Features] });
    const body = method === 'POST' ? JSON.stringify(PING) : undefined;
    const response = await send(`${running.url}${path}`, { method, headers: JSON_HEADERS, body });
    expect(refusal(response)).toEqual(refused(405, -32000));
    expect(response.headers.allow).toBe(allowed);
  });

  it('work with a slash at the end, without a redirect', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const client = await WireClient.connect(`${running.url}/sse/`);
    expect(client.response.statusCode).toBe(200);
    const response = await send(`${running.url}/messages/?sessionId=${await client.sessionId()}`, {
      headers: JSON_HEADERS,
      body: JSON.stringify(greet(1)),
    });
    expect(response.status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});
