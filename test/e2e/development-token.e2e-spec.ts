import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { send, WireClient } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const run = promisify(execFile);
const SCRIPT = resolve('scripts/development-token.mjs');
const SECRET = 's'.repeat(32);

describe('the script that makes a token for development', () => {
  let folder: string;
  let app: RunningApp | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'token-'));
    await writeFile(join(folder, '.env'), `MCP_JWT_SECRET=${SECRET}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => app?.close());

  const token = async (args: readonly string[] = [], env: Record<string, string> = {}, cwd = folder) => {
    const { stdout } = await run(process.execPath, [SCRIPT, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
    });
    return stdout.trim();
  };

  it('creates one that the application accepts, with the given roles and tenant', async () => {
    const variables = {
      ...{ MCP_AUTH: 'jwt', MCP_JWT_SECRET: SECRET, MCP_JWT_ISSUER: 'https://dev.example' },
      ...{ MCP_JWT_AUDIENCE: 'https://mcp.example, other', MCP_JWT_TENANT_CLAIM: 'org' },
    };
    app = await startReferenceApp(variables);
    expect((await send(`${app.url}/sse`, { method: 'GET' })).status).toBe(401);
    const connect = async (...args: string[]) =>
      WireClient.connect(`${app!.url}/sse`, { authorization: `Bearer ${await token(args, variables)}` });
    const [ada, rita] = [
      await connect('--subject', 'ada', '--tenant', 'acme'),
      await connect('--role', 'reader'),
    ];
    expect(textOf(await ada.callTool(1, 'send_message', { message: 'Hello' }))).toContain('"by":"ada"');
    expect(textOf(await rita.callTool(1, 'send_message', { message: 'Hello' }))).toContain('Unknown tool');
    const { principal } = app.sessions.get(await ada.sessionId())!;
    expect(principal).toMatchObject({ subject: 'ada', tenant: 'acme', roles: ['editor'] });
    ada.close();
    rita.close();
  });

  it('reads the secret from .env, and creates tokens for an hour by default', async () => {
    const lifetime = async (...args: string[]) => {
      const { exp, iat } = jwt.verify(await token(args), SECRET) as JwtPayload;
      return exp! - iat!;
    };
    expect([await lifetime(), await lifetime('--hours', '0.5')]).toEqual([3_600, 1_800]);
  });

  it.each<[string, string[], Record<string, string>, string | undefined, RegExp]>([
    ['without a secret', [], {}, tmpdir(), /^Set MCP_JWT_SECRET/],
    ['for production', [], { NODE_ENV: 'production' }, undefined, /^An authorization server issues tokens/],
    ['with an invalid lifetime', ['--hours', 'long'], {}, undefined, /^--hours must be a number/],
  ])('refuses to create one %s, and says why', async (_title, args, env, cwd, sentence) => {
    await expect(token(args, env, cwd)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(sentence),
    });
  });
});
