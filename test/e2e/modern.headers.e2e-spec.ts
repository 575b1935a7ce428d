import { request, type OutgoingHttpHeaders } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  McpHeader,
  McpPolicy,
  type McpPrincipal,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpTool,
  McpUriParam,
  serveStdio,
  type McpDefinition,
} from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { connectModern, MODERN } from '../clients/modern-client.js';
import { modernRpc } from '../clients/modern-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, testModule, type RunningApp } from '../fixtures/start-app.js';

class Place {
  @McpHeader('Zone')
  @IsInt()
  @IsOptional()
  zone?: number;
}

class Query {
  @McpHeader('Region')
  @IsString()
  @IsOptional()
  region?: string;

  @McpHeader('Dry-Run')
  @IsBoolean()
  @IsOptional()
  dryRun?: boolean;

  @ValidateNested()
  @Type(() => Place)
  @IsOptional()
  place?: Place;
}

@Injectable()
class Database {
  @McpTool()
  query({ region = 'none', place, dryRun = false }: Query): object {
    return { region, zone: place?.zone ?? 0, dryRun };
  }

  @McpTool()
  hidden({ region = 'none' }: Query): string {
    return region;
  }

  @McpTool()
  ping(): string {
    return 'pong';
  }

  @McpResource({ uri: 'db://{+table}' })
  table(@McpUriParam('table') table: string): string {
    return table;
  }

  @McpPrompt({ name: 'Grüße' })
  greet(): string {
    return 'Greet';
  }
}

class HidesOne extends McpPolicy {
  canAccess(_principal: McpPrincipal, { name }: McpDefinition): boolean {
    return name !== 'hidden';
  }
}

interface Answer {
  readonly status: number;
  readonly json: Record<string, any>;
}

describeOnAdapters('the headers of a modern request', (adapter) => {
  let running: RunningApp;

  beforeAll(async () => {
    running = await startApp({ adapter, providers: [Database], options: { policy: HidesOne } });
  });

  afterAll(() => running.close());

  /** Posts a request with just these headers besides those of the content. */
  function post(headers: OutgoingHttpHeaders, method: string, params: object = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      };
      const posted = request(`${running.url}/mcp`, { method: 'POST', headers: sent, agent: false });
      posted.on('error', reject).on('response', (response) => {
        text(response).then((body) => {
          const json = JSON.parse(body) as Record<string, any>;
          resolve({ status: response.statusCode!, json });
        }, reject);
      });
      posted.end(JSON.stringify(modernRpc(1, method, params)));
    });
  }

  function standard(method: string, name?: string): OutgoingHttpHeaders {
    const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method };
    return name === undefined ? headers : { ...headers, 'Mcp-Name': name };
  }

  function query(args: object, headers: OutgoingHttpHeaders): Promise<Answer> {
    const params = { name: 'query', arguments: args };
    return post({ ...standard('tools/call', 'query'), ...headers }, 'tools/call', params);
  }

  function mismatch(problem: string): Answer {
    const error = { code: -32020, message: expect.stringContaining(problem) };
    return { status: 400, json: { jsonrpc: '2.0', id: 1, error } };
  }

  it('are accepted in any case and with white space around them', async () => {
    const headers = { 'mcp-protocol-version': MODERN, 'MCP-METHOD': 'tools/call', 'mCP-nAME': '  ping\t ' };
    expect(await post(headers, 'tools/call', { name: 'ping' })).toMatchObject({ status: 200 });
  });

  it('may carry names as base64', async () => {
    const headers = standard('prompts/get', '=?base64?R3LDvMOfZQ==?=');
    expect(await post(headers, 'prompts/get', { name: 'Grüße' })).toMatchObject({
      status: 200,
      json: { result: { messages: [{}] } },
    });
  });

  it.each<[string, OutgoingHttpHeaders, string]>([
    [
      'without a version',
      { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'ping' },
      'MCP-Protocol-Version is missing',
    ],
    [
      'of another version',
      { ...standard('tools/call', 'ping'), 'MCP-Protocol-Version': '2025-11-25' },
      'MCP-Protocol-Version is "2025-11-25", but the version in the body is "2026-07-28"',
    ],
    ['without a method', { 'MCP-Protocol-Version': MODERN, 'Mcp-Name': 'ping' }, 'Mcp-Method is missing'],
    ['of another method', standard('tools/list', 'ping'), 'Mcp-Method is "tools/list"'],
    ['of a method in another case', standard('TOOLS/CALL', 'ping'), 'Mcp-Method is "TOOLS/CALL"'],
    ['without a name', standard('tools/call'), 'Mcp-Name is missing, but params.name in the body is "ping"'],
    ['of another name', standard('tools/call', 'hidden'), 'Mcp-Name is "hidden"'],
    [
      'with invalid base64',
      standard('tools/call', '=?base64?cGluZw?='),
      'Mcp-Name is neither plain ASCII nor',
    ],
    ['with bytes of UTF-8', standard('tools/call', 'p\xc3\xafng'), 'Mcp-Name is neither plain ASCII nor'],
  ])('are refused %s', async (_title, headers, problem) => {
    expect(await post(headers, 'tools/call', { name: 'ping' })).toEqual(mismatch(problem));
  });

  it('are refused with two names that together equal the one in the body', async () => {
    const headers = (name: string | string[]) => ({ ...standard('resources/read'), 'Mcp-Name': name });
    const uri = 'db://open, db://secret';
    expect(await post(headers(uri), 'resources/read', { uri })).toMatchObject({ status: 200 });
    expect(await post(headers(['db://open', 'db://secret']), 'resources/read', { uri })).toEqual(
      mismatch('mcp-name is sent several times'),
    );
  });

  it('say the same as the arguments that they mirror', async () => {
    const args = { region: 'München', place: { zone: 42 }, dryRun: true };
    const headers = {
      'Mcp-Param-Region': '=?base64?TcO8bmNoZW4=?=',
      'mcp-param-zone': '42.0',
      'MCP-PARAM-DRY-RUN': 'true',
      'Mcp-Param-Other': 'of another server',
    };
    expect(await query(args, headers)).toMatchObject({
      status: 200,
      json: { result: { structuredContent: { region: 'München', zone: 42, dryRun: true } } },
    });
  });

  it.each<[string, object]>([
    ['missing', {}],
    ['null', { region: null, place: { zone: null } }],
  ])('are not needed for an argument that is %s', async (_title, args) => {
    expect(await query(args, {})).toMatchObject({ status: 200 });
  });

  it.each<[string, object, OutgoingHttpHeaders, string]>([
    [
      'is missing',
      { region: 'eu' },
      {},
      'Mcp-Param-Region is missing, but arguments.region in the body is "eu"',
    ],
    ['differs', { region: 'eu' }, { 'Mcp-Param-Region': 'us' }, 'Mcp-Param-Region is "us"'],
    ['differs in case', { region: 'eu' }, { 'Mcp-Param-Region': 'EU' }, 'Mcp-Param-Region is "EU"'],
    ['is invalid base64', { region: 'Hello' }, { 'Mcp-Param-Region': '=?base64?SGVs!!!bG8=?=' }, 'neither'],
    ['mirrors nothing', {}, { 'Mcp-Param-Region': 'eu' }, 'arguments.region in the body has no value'],
    ['mirrors a list', { region: ['eu'] }, { 'Mcp-Param-Region': 'eu' }, 'Mcp-Param-Region cannot mirror'],
    ['differs in a nested object', { place: { zone: 1 } }, { 'Mcp-Param-Zone': '2' }, 'arguments.place.zone'],
    ['is sent twice', { region: 'a, b' }, { 'Mcp-Param-Region': ['a', 'b'] }, 'is sent several times'],
  ])('are refused where one %s', async (_title, args, headers, problem) => {
    expect(await query(args, headers)).toEqual(mismatch(problem));
  });

  it('tell nothing of a tool that is hidden', async () => {
    const headers = standard('tools/call', 'hidden');
    const params = { name: 'hidden', arguments: { region: 'eu' } };
    expect(await post(headers, 'tools/call', params)).toMatchObject({ json: { error: { code: -32602 } } });
  });

  it('are sent by the official client, for tools that are added at run time too', async () => {
    const region = { type: 'string', 'x-mcp-header': 'Region' };
    const input = { type: 'object', properties: { region } } as const;
    running.app
      .get(McpRegistry)
      .addTool({ name: 'added', input }, (_args, { headers }) => String(headers['mcp-param-region']));
    const client: Client = await connectModern(running.url);
    try {
      const { tools } = await client.listTools();
      expect(tools.find(({ name }) => name === 'added')!.inputSchema).toEqual(input);
      const called = await client.callTool({ name: 'added', arguments: { region: 'ü' } });
      expect(called.content).toEqual([{ type: 'text', text: '=?base64?w7w=?=' }]);
      const args = { region: 'eu', place: { zone: 7 }, dryRun: false };
      const queried = await client.callTool({ name: 'query', arguments: args });
      expect(queried.structuredContent).toEqual({ region: 'eu', zone: 7, dryRun: false });
    } finally {
      await client.close();
    }
  });

  it('are not compared in a session, where x-mcp-header is an annotation', async () => {
    const client = await HttpWireClient.connect(`${running.url}/mcp`);
    const { result } = await client.call(1, 'tools/list');
    const query = result.tools.find(({ name }: { name: string }) => name === 'query');
    expect(query.inputSchema.properties).toMatchObject({
      region: { type: 'string', 'x-mcp-header': 'Region' },
      place: { properties: { zone: { type: 'integer', 'x-mcp-header': 'Zone' } } },
    });
    const params = { name: 'query', arguments: { region: 'eu' } };
    const called = await client.post(rpc(2, 'tools/call', params), { 'mcp-param-region': 'us' });
    expect(called.status).toBe(200);
    expect(called.body).toContain('"region":"eu"');
  });

  it('cannot claim the modern revision for a message of a session', async () => {
    const call = rpc(1, 'tools/call', { name: 'query', arguments: { region: 'secret' } });
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'ping' };
    const http = await HttpWireClient.connect(`${running.url}/mcp`);
    expect(await http.post(call, headers)).toMatchObject({ status: 400 });
    const sse = await WireClient.connect(`${running.url}/sse`);
    expect(await sse.post(call, headers)).toMatchObject({ status: 400 });
    const twice = { ...headers, 'mcp-protocol-version': `${MODERN}, ${MODERN}` };
    expect(await sse.post(call, twice)).toMatchObject({ status: 400 });
    sse.close();
  });
});

it('calls a tool with mirrored arguments over stdio, where there are no headers', async () => {
  const module = testModule({ providers: [Database] });
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const call = modernRpc(1, 'tools/call', { name: 'query', arguments: { region: 'eu' } });
  input.end(`${JSON.stringify(call)}\n`);
  await serveStdio(app, { input, output });
  await app.close();
  expect(JSON.parse(String(output.read()))).toMatchObject({
    result: { structuredContent: { region: 'eu' } },
  });
});
