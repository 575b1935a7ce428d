import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AuthorizationServerClient, AuthorizationServerException } from './authorization-server.client.js';

const TIMEOUT_MS = 5_000;

describe('AuthorizationServerClient', () => {
  let server: Server;
  let answer: RequestListener;
  let url: string;
  let lines: string[];

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });

  beforeEach(() => {
    lines = [];
    const keep = (message: string) => void lines.push(message);
    Logger.overrideLogger({ log: keep, warn: keep, error: keep });
  });

  afterEach(() => Logger.overrideLogger(false));

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const createClient = (timeoutMs = TIMEOUT_MS) =>
    new AuthorizationServerClient(`${url}?key=secret`, timeoutMs, 'auth.jwt.jwksUri');
  const fetchJson = (client = createClient()) => client.fetchJson((json) => json);

  it('gives the object that the server answers with', async () => {
    answer = (_request, response) => response.end('{"keys":[]}');
    expect(await fetchJson()).toEqual({ keys: [] });
  });

  it.each<[string, RequestListener]>([
    ['an error', (_request, response) => response.writeHead(401).end('{}')],
    ['no JSON', (_request, response) => response.end('token=secret')],
    ['more than a megabyte', (_request, response) => response.end(`"${'x'.repeat(1024 * 1024)}"`)],
    ['a half', (_request, response) => response.write('{}', () => response.destroy())],
    [
      'the address of somebody else',
      ({ url: asked }, response) =>
        asked === '/elsewhere'
          ? response.end('{}')
          : response.writeHead(302, { location: '/elsewhere' }).end(),
    ],
  ])('takes %s for no answer, and repeats nothing of it', async (_, listener) => {
    answer = listener;
    await expect(fetchJson()).rejects.toThrow(AuthorizationServerException);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${url} does not answer`);
    expect(lines[0]).not.toContain('secret');
  });

  it('waits for an answer that comes bit by bit no longer than for another', async () => {
    answer = (_request, response) => {
      response.write('{');
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    };
    await expect(fetchJson(createClient(100))).rejects.toThrow(AuthorizationServerException);
  });

  it('says when the server stops answering, and when it answers again, once', async () => {
    const client = createClient();
    const down: RequestListener = (_request, response) => response.writeHead(503).end();
    const up: RequestListener = (_request, response) => response.end('{}');
    for (const listener of [up, down, down, up, up]) {
      answer = listener;
      await fetchJson(client).catch(() => undefined);
    }
    expect(lines).toEqual([
      `${url} does not answer, so requests get 503: it responded 503`,
      `${url} answers again.`,
    ]);
  });
});
