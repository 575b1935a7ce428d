import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { resolveOptions } from '../../libs/mcp-sse/src/mcp-sse.defaults.js';
import { startChild } from '../fixtures/child-application.js';
import { codeBlocks, fileOf, readmeCode } from '../fixtures/readme-blocks.js';

const run = promisify(execFile);

/** What test/package and test/newcomer do, since they need the network: the two commands, and the installations. */
const TESTED_ELSEWHERE = ['start', 'test', 'install', 'add'];

describe('the README', () => {
  it('has no snippet without a test', () => {
    expect(
      codeBlocks('README.md')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([...TESTED_ELSEWHERE, 'quick-start', 'claude-code', 'token'].toSorted());
  });

  it('names every entry point and its optional peers', () => {
    const { exports, peerDependenciesMeta } = JSON.parse(
      readFileSync('libs/mcp-sse/package.json', 'utf8'),
    ) as Record<'exports' | 'peerDependenciesMeta', object>;
    const rows = [
      ...readFileSync('README.md', 'utf8').matchAll(/^\| `nestjs-mcp-sse(\S*)` .*\| ((?:\S+, )*\S*) +\|$/gm),
    ];
    const entryPoints = Object.keys(exports).filter((path) => path !== './package.json');
    expect(rows.map(([, path]) => `.${path}`).toSorted()).toEqual(entryPoints.toSorted());
    const peers = rows.flatMap(([, , names]) => names!.split(', ')).filter((name) => name !== '');
    expect(peers.toSorted()).toEqual(Object.keys(peerDependenciesMeta).toSorted());
  });

  it('names the options with their defaults', () => {
    const table = readFileSync('README.md', 'utf8').matchAll(/^\| `(\w+)\.(\w+)` +\| `(\S+)` +\|/gm);
    const documented: Record<string, Record<string, string>> = {};
    for (const [, group, option, value] of table) (documented[group!] ??= {})[option!] = value!;
    const options = resolveOptions({ name: 'any', version: '1', toolSearch: {} });
    const { protocol, cache, http, replay, input, results, tasks } = options;
    // The table describes these: lists that are empty, and numbers that depend on the process.
    const { endpointQuery: _names, ...sse } = options.sse;
    const { maxBytes: _bytes, ...limits } = options.limits;
    const { pinned: _pinned, ...toolSearch } = options.toolSearch!;
    const { propagationMs: _depends, ...drain } = options.drain;
    const asText = (group: object) =>
      Object.fromEntries(Object.entries(group).map(([name, value]) => [name, String(value)]));
    expect(documented).toEqual({
      protocol: asText(protocol),
      sse: asText(sse),
      http: asText(http as object),
      replay: asText(replay),
      cache: asText(cache),
      limits: asText(limits),
      input: asText(input),
      results: asText(results),
      tasks: asText(tasks),
      toolSearch: asText(toolSearch),
      drain: asText(drain),
    });
  });

  it('names every option', () => {
    const [section] = /(?<=^## Options\n)[^]*?(?=^## )/m.exec(readFileSync('README.md', 'utf8'))!;
    const [, members] = /^export interface McpSseModuleOptions \{\n([^]*?)^\}/m.exec(
      readFileSync('libs/mcp-sse/src/model/mcp-sse.options.ts', 'utf8'),
    )!;
    const options = [...members!.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name!);
    expect(options.length).toBeGreaterThan(30);
    expect(options.filter((name) => !new RegExp(`\`${name}[.\`]`).test(section))).toEqual([]);
  });
});

describe('the application of the README', () => {
  let folder: string;
  let main: string;

  // An application of its own: its node_modules has the library as it is built, and Node finds all else above.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
    const application = join(folder, 'application');
    const library = join(application, 'node_modules', 'nestjs-mcp-sse');
    const file = fileOf(readmeCode('quick-start'));
    main = join(application, 'dist', file.replace('.ts', '.js'));
    mkdirSync(join(application, 'src'), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    cpSync('libs/mcp-sse/package.json', join(library, 'package.json'), { recursive: true });
    writeFileSync(join(application, 'src', file), readmeCode('quick-start'));
    writeFileSync(join(application, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(application, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2023',
          module: 'nodenext',
          strict: true,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          skipLibCheck: true,
          types: ['node'],
          rootDir: 'src',
          outDir: 'dist',
        },
        include: ['src'],
      }),
    );
    const tsc = (...args: string[]) =>
      run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...args]);
    // `npm run typecheck` checks it.
    await tsc('-p', 'libs/mcp-sse/tsconfig.lib.json', '--noCheck', '--outDir', join(library, 'dist/esm'));
    await tsc('-p', application);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('starts in 30 lines and serves a client at its URL', async () => {
    expect(readmeCode('quick-start').trimEnd().split('\n').length).toBeLessThanOrEqual(31);
    const [url] = /http:\S+/.exec(readmeCode('claude-code'))!;
    const application = await startChild(process.execPath, [main]);
    try {
      const mcp = await McpTestClient.connect(url.replace('http://127.0.0.1:3000', application.url));
      const roll = (sides: number) => mcp.callTool({ name: 'roll', arguments: { sides } });
      expect(textOf(await roll(6))).toMatch(/^You rolled [1-6]$/);
      expect(await roll(1)).toMatchObject({ isError: true });
      await mcp.close();
    } finally {
      await application.stop();
    }
  }, 30_000);
});
