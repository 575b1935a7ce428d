import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSdkClient } from '../clients/sdk-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import { packedLibrary, transpiled } from '../fixtures/installed-application.js';

const run = promisify(execFile);
const WARNING = '2 copies of nestjs-mcp-sse are loaded:';
let folder: string;
let application: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'two-copies-'));
  application = join(folder, 'application');
  const library = join(application, 'node_modules', 'nestjs-mcp-sse');
  mkdirSync(library, { recursive: true });
  await run('tar', ['-xzf', packedLibrary(), '--strip-components=1', '-C', library]);
  // Its packages are those of this repository.
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(application, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(application, 'main.js'), await transpiled('test/fixtures/two-copies/main.ts'));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('gives the same copy to import and to require()', async () => {
  const { same, stderr } = await answer<{ same: boolean }>(`
    const required = require('nestjs-mcp-sse');
    const imported = await import('nestjs-mcp-sse');
    print({ same: required.McpSessionService === imported.McpSessionService });`);
  expect(same).toBe(true);
  expect(stderr).not.toContain('copies');
});

it('recognises the exported errors, contexts and results of another copy, and no others', async () => {
  const { missed, mistaken, names } = await answer<Record<string, unknown>>(`
    const esm = await import('nestjs-mcp-sse');
    const cjs = require('./node_modules/nestjs-mcp-sse/dist/cjs/index.js');
    const isError = (name) => esm[name].prototype instanceof Error;
    const names = Object.keys(esm).filter((name) => /^Mcp(Context|Progress|Result)$/.test(name) || isError(name));
    const instance = (library, name) => Object.create(library[name].prototype);
    const isSeen = (from, to, name) => instance(from, name) instanceof to[name];
    class Subclass extends esm.JsonRpcError {}
    const foreign = new cjs.JsonRpcError(-1, '');
    print({
      names,
      missed: names.filter((name) => !isSeen(esm, cjs, name) || !isSeen(cjs, esm, name)),
      mistaken: [foreign instanceof Subclass, new Error() instanceof esm.JsonRpcError,
        null instanceof esm.JsonRpcError, foreign instanceof esm.McpClientError, !(new Subclass(-1, '') instanceof Subclass)],
    });`);
  expect(names).toEqual(expect.arrayContaining(['JsonRpcError', 'McpInputRequiredException', 'McpResult']));
  expect(missed).toEqual([]);
  expect(mistaken).toEqual([false, false, false, false, false]);
});

describe.each(['esm', 'cjs'])('a class decorated by another copy than the module of dist/%s', (serving) => {
  let server: ChildApplication;

  beforeAll(async () => {
    server = await startChild(process.execPath, ['main.js'], { cwd: application, env: { SERVES: serving } });
  }, 60_000);

  afterAll(() => server?.stop());

  it('is found and called', async () => {
    const client = await connectSdkClient(`${server.url}/sse`);
    const call = (name: string, args = {}) => client.callTool({ name, arguments: args });
    const { tools } = await client.listTools();
    const { inputSchema } = tools.find(({ name }) => name === 'count')!;
    expect(inputSchema.properties).toEqual({
      sku: { type: 'string', description: 'The number of a product' },
    });
    expect(await call('count', { sku: 'a-1' })).toMatchObject({ content: [{ text: '12 of a-1' }] });
    expect(await call('count', { sku: 1 })).toMatchObject({ isError: true });
    expect(await call('era')).toMatchObject({ structuredContent: { era: 'legacy' } });
    expect(await call('move')).toMatchObject({ content: [{ text: 'moved' }] });
    await client.close();
  });

  it('throws errors that its clients see', async () => {
    const client = new ModernWireClient(`${server.url}/mcp`);
    const error = async (name: string) => (await client.call('tools/call', { name }))['error'];
    expect(await error('refuse')).toEqual({
      code: -32050,
      message: 'The warehouse is closed',
      data: { opens: 8 },
    });
    expect(await error('ask')).toMatchObject({ code: -32021 });
  });

  it('makes Node warn of two copies', () => {
    const printed = server.output.join('');
    expect(printed).toContain(WARNING);
    expect(printed).toMatch(/dist\/esm\/library\.js:\d+:\d+\n.*dist\/cjs\/library\.js:\d+:\d+\n/);
  });
});

it('Two copies are loaded', async () => {
  const { stderr } = await run(process.execPath, ['main.js'], {
    cwd: application,
    env: { ...process.env, NODE_OPTIONS: '', INJECTS: '1' },
  }).catch((error: { stderr: string }) => error);
  expect(stderr).toContain("Nest can't resolve dependencies of the Watcher");
  expect(stderr.indexOf(WARNING)).toBeGreaterThan(-1);
  expect(stderr.indexOf(WARNING)).toBeLessThan(stderr.lastIndexOf("Nest can't resolve"));
});

/** What a script passes to `print`, and what Node prints to stderr. */
async function answer<Answer>(script: string): Promise<Answer & { stderr: string }> {
  const lines = [
    `import { createRequire } from 'node:module';`,
    `import 'reflect-metadata';`,
    `const require = createRequire(process.cwd() + '/main.js');`,
    'const print = (value) => console.log(JSON.stringify(value));',
    script,
  ];
  const { stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module', '--eval', lines.join('\n')],
    { cwd: application, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return { ...(JSON.parse(stdout) as Answer), stderr };
}
