import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import {
  compile,
  COMPILER,
  library,
  npm,
  packedLibrary,
  transpiled,
  workspace,
} from '../fixtures/installed-application.js';

const run = promisify(execFile);
const MINUTE = 60_000;
const CLASS_MESSAGE =
  'ToolsWithClass.find (input): FindDto has no class-validator decorators. Decorate its properties ' +
  '(npm install class-validator class-transformer), or pass a zod schema or a JSON Schema as "input".';
const RESOLUTIONS = {
  node10: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};
const entryPoints = Object.keys(library.exports)
  .filter((name) => !name.endsWith('.json'))
  .map((name) => `nestjs-mcp-sse${name.slice(1)}`);

describe('an application without optional packages', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'missing-peers-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(COMPILER));
    const nest = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express'];
    const ranges = { ...workspace.dependencies, ...workspace.devDependencies };
    const packages = [...nest, '@types/node'].map((name) => `${name}@${ranges[name]}`);
    await npm(folder, 'install', '--strict-peer-deps', packedLibrary(), ...packages);
  }, 2 * MINUTE);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has none of them', () => {
    const optional = Object.entries(library.peerDependenciesMeta ?? {}).filter(([, meta]) => meta.optional);
    const installed = optional.filter(([name]) => existsSync(join(folder, 'node_modules', name)));
    expect(installed).toEqual([]);
  });

  it(
    'A package is not installed',
    async () => {
      writeFileSync(join(folder, 'main.js'), await transpiled('test/fixtures/missing-peers/main.ts'));
      const { stdout } = await run(process.execPath, ['main.js'], { cwd: folder });
      const missing = (user: string, name: string) =>
        `${user} needs the package ${name}, which is not installed. Run: npm install ${name}`;
      expect(JSON.parse(stdout)).toEqual({
        none: 'boots',
        class: CLASS_MESSAGE,
        metrics: missing('McpMetricsModule', 'prom-client'),
        tracing: missing('McpTracingModule', '@opentelemetry/api'),
        redis: missing('redisCluster()', 'ioredis'),
        tasks: missing('redisTaskStore()', 'ioredis'),
        bullmq: missing('bullmqRunner()', 'bullmq'),
        passport: missing('McpJwtStrategy', 'passport'),
      });
    },
    MINUTE,
  );

  it("Cannot find package '@nestjs/throttler'", async () => {
    const script = `import 'nestjs-mcp-sse/throttler'`;
    const loaded = run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
    await expect(loaded).rejects.toThrow("Cannot find package '@nestjs/throttler' imported from");
  });

  it(
    'has types that resolve',
    async () => {
      const names = entryPoints.filter((name) => !/bullmq|redis|metrics|tracing|throttler/.test(name));
      const lines = names.map((name, index) => `export * as _${index} from '${name}';`);
      writeFileSync(join(folder, 'src', 'main.ts'), lines.join('\n'));
      expect(await compile(folder)).toMatchObject({ stdout: '' });
    },
    3 * MINUTE,
  );

  it.each(Object.entries(RESOLUTIONS))('finds the types of each entry point by %s', (_, options) => {
    const from = join(folder, 'src', 'main.ts');
    const found = entryPoints.map((name) => ts.resolveModuleName(name, from, options, ts.sys).resolvedModule);
    expect(found.map((module) => module?.extension)).toEqual(entryPoints.map(() => '.d.ts'));
  });
});
