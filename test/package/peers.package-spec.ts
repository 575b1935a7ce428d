import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSdkClient } from '../clients/sdk-client.js';
import { TaskWireClient } from '../clients/task-wire-client.js';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import {
  compile,
  COMPILER,
  library,
  npm,
  packedLibrary,
  transpiled,
} from '../fixtures/installed-application.js';
import { hasRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';

const MINUTE = 60_000;
const MAIN = 'test/fixtures/peers/main.ts';
const SECRET = 'a secret of at least thirty-two bytes';
const ranges = Object.entries(library.peerDependencies).map(([name, range]) => ({
  name,
  alternatives: range.split(' || '),
}));
const versions = {
  lowest: ranges.map(({ name, alternatives }) => `${name}@${alternatives[0]!.replace('^', '')}`),
  newest: ranges.map(({ name, alternatives }) => `${name}@${alternatives.at(-1)!}`),
};

describe.each(['lowest', 'newest'] as const)('with the %s versions of all peers', (end) => {
  let folder: string;
  let redis: RedisServer | undefined;
  let server: ChildApplication;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `peers-${end}-`));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const nest = versions[end]
      .find((version) => version.startsWith('@nestjs/core@'))!
      .split('@')
      .at(-1)!;
    const companions = [`@nestjs/platform-express@${nest}`, `@nestjs/passport@${/\d+/.exec(nest)![0]}`];
    const types = ['@types/node@20', '@types/express@5', '@types/passport@1'];
    const packages = [packedLibrary(), ...versions[end], ...companions, ...types];
    await npm(folder, 'install', '--strict-peer-deps', ...packages);
    writeFileSync(join(folder, 'src', 'main.ts'), readFileSync(MAIN, 'utf8'));
    writeFileSync(join(folder, 'main.js'), await transpiled(MAIN));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(COMPILER));
    redis = hasRedis ? await startRedisServer() : undefined;
    const env = { JWT_SECRET: SECRET, ...(redis && { REDIS_URL: redis.url }) };
    server = await startChild(process.execPath, ['main.js'], { cwd: folder, env });
  }, 2 * MINUTE);

  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('validates the arguments of a tool by a class, and limits its calls', async () => {
    const client = await connectSdkClient(`${server.url}/sse`);
    const roll = (sides: number) => client.callTool({ name: 'roll', arguments: { die: { sides } } });
    const { tools } = await client.listTools();
    const listed = tools.find(({ name }) => name === 'roll');
    expect(listed).toMatchObject({ inputSchema: { $defs: { DieDto: { properties: { sides: SIDES } } } } });
    expect(await roll(6)).toMatchObject({ content: [{ text: 'DieDto of 6' }] });
    const refusal = 'Invalid arguments: die.sides: sides must not be less than 1';
    expect(await roll(0)).toMatchObject({ isError: true, content: [{ text: refusal }] });
    await roll(6);
    await expect(roll(6)).rejects.toThrow('Too Many Requests');
    await client.close();
  });

  if (hasRedis)
    it('executes a task', async () => {
      const client = new TaskWireClient(`${server.url}/mcp`);
      const id = await client.begin('shake', { die: { sides: 6 } });
      expect(await client.ended(id)).toMatchObject({ result: { content: [{ text: 'DieDto of 6' }] } });
    });

  it('measures and traces the calls', async () => {
    const metrics = await text('metrics');
    expect(metrics).toMatch(/^mcp_requests_total\{.*name="roll".*outcome="ok"\} 2$/m);
    const isUp = /^mcp_cluster_up\{server="dice"\} 1$/m.test(metrics);
    expect(isUp).toBe(redis !== undefined);
    expect(JSON.parse(await text('spans'))).toContain('tools/call roll');
  });

  it('lets good tokens through passport, and no others', async () => {
    expect(await text('me', token(SECRET))).toBe('ada');
    expect(JSON.parse(await text('me', token('another')))).toMatchObject({ statusCode: 401 });
  });

  // The newest versions are those of installed.package-spec.ts, which checks the types of all entry points.
  if (end === 'lowest')
    it(
      'has types that resolve',
      async () => {
        expect(await compile(folder)).toMatchObject({ stdout: '' });
      },
      3 * MINUTE,
    );

  async function text(path: string, bearer?: string): Promise<string> {
    const headers = new Headers(bearer === undefined ? [] : [['authorization', `Bearer ${bearer}`]]);
    return (await fetch(`${server.url}/${path}`, { headers })).text();
  }
});

const SIDES = { type: 'integer', minimum: 1, description: 'Sides of the die' };

function token(secret: string): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const content = `${part({ alg: 'HS256' })}.${part({ sub: 'ada', exp })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}
