import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSdkClient } from '../clients/sdk-client.js';
import { ORDER, PACKED } from '../fixtures/bundled/schemas.js';
import { startChild } from '../fixtures/child-application.js';
import {
  compile,
  installApplications,
  library,
  npm,
  packedLibrary,
  transpiled,
  workspace,
} from '../fixtures/installed-application.js';

const run = promisify(execFile);
/** What Nest's CLI runs. */
const SCHEMATICS = resolve('node_modules/@angular-devkit/schematics-cli/bin/schematics.js');
const MINUTE = 60_000;
const TYPES = ['module', 'commonjs'];
const TESTING = ['McpTestClient', 'mcpContext', 'mcpMatchers', 'textOf'];
/** What each entry point exports that has optional peers. */
const ENTRY_POINTS: [entryPoint: string, names: string[]][] = [
  ['passport', ['McpJwtStrategy']],
  ['bullmq', ['bullmqRunner']],
  ['redis', ['redisCluster', 'redisTaskStore']],
  ['throttler', ['McpThrottlerGuard', 'failureLimit']],
  ['metrics', ['McpMetricsModule']],
  ['tracing', ['McpTracingModule']],
];

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'installed-'));
  await installApplications(folder, TYPES, packedLibrary());
}, 5 * MINUTE);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('packs the licence, the README and the build, and no sources', async () => {
  const { stdout } = await run('tar', ['-tzf', packedLibrary()]);
  const files = stdout.trim().split('\n');
  expect(files).toEqual(
    expect.arrayContaining(
      [
        'LICENSE',
        'README.md',
        'package.json',
        'dist/esm/index.js',
        'dist/cjs/index.js',
        'dist/cjs/index.d.ts',
      ].map((file) => `package/${file}`),
    ),
  );
  expect(
    files.filter(
      (file) =>
        !/^package\/(dist\/.+\.(d\.ts|js)|dist\/(esm|cjs)\/console\/page\/[\w-]+\.(html|css|svg)|dist\/schematics\/[a-z.-]+\.(cjs|json)|dist\/cjs\/package\.json|[A-Za-z.]+)$/.test(
          file,
        ),
    ),
  ).toEqual([]);
});

it('keeps the names of classes, which messages of Nest show', () => {
  const dist = 'libs/mcp-sse/dist';
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((file) => file.endsWith('.js') && !file.includes('page'));
  expect(scripts).toEqual(expect.arrayContaining(['cjs/library.js', 'esm/library.js']));
  // Bundlers add a number to the second of two equal names.
  const renamed = scripts.flatMap(
    (file) => readFileSync(join(dist, file), 'utf8').match(/\bclass \w+(\$\d+|[a-z]\d) /g) ?? [],
  );
  expect(renamed).toEqual([]);
});

it('declares no member that is marked as internal', () => {
  const dist = 'libs/mcp-sse/dist';
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  expect(declarations).toEqual(expect.arrayContaining(['cjs/index.d.ts', 'esm/index.d.ts']));
  const marked = declarations.filter((file) => readFileSync(join(dist, file), 'utf8').includes('@internal'));
  expect(marked).toEqual([]);
});

describe.each(TYPES)('in an empty Nest application of type "%s"', (type) => {
  const application = () => join(folder, type);

  it(
    'has types that resolve, also in what its generators make',
    async () => {
      for (const feature of ['tool', 'resource', 'prompt', 'app']) {
        const options = ['--name=orders/any', '--spec=false', '--skip-install'];
        await run(process.execPath, [SCHEMATICS, `nestjs-mcp-sse:${feature}`, ...options], {
          cwd: application(),
        });
      }
      // The declarations of all packages are checked once, below.
      expect(await compile(application(), '--skipLibCheck')).toMatchObject({ stdout: '' });
    },
    3 * MINUTE,
  );

  it(
    'verifies JWTs without passport',
    async () => {
      const script = join(application(), 'jwt.mjs');
      writeFileSync(script, JWT_APPLICATION);
      const { stdout } = await run(process.execPath, [script], { cwd: application() });
      expect(JSON.parse(stdout)).toEqual({ withoutToken: 401, wrong: 401, good: 200 });
    },
    MINUTE,
  );

  it(
    'has the entry point for tests',
    async () => {
      expect(await load(application(), 'testing')).toEqual(TESTING);
    },
    MINUTE,
  );

  it(
    "serves a tool to the SDK's client",
    async () => {
      const server = await startChild(process.execPath, [join(application(), 'dist', 'main.js')]);
      try {
        const client = await connectSdkClient(`${server.url}/sse`);
        const { content } = await client.callTool({ name: 'roll', arguments: { sides: 6 } });
        expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^You rolled [1-6]$/) }]);
        await client.close();
      } finally {
        await server.stop();
      }
    },
    MINUTE,
  );
});

describe('with optional peers and bundlers', () => {
  const application = () => join(folder, 'module');

  beforeAll(async () => {
    const peers = Object.keys(library.peerDependenciesMeta ?? {}).map(
      (name) => `${name}@${workspace.dependencies[name]}`,
    );
    await npm(folder, 'install', ...peers, ...BUNDLERS);
    writeFileSync(join(application(), 'main.js'), await transpiled(`${BUNDLED}/main.ts`));
    copyFileSync(`${BUNDLED}/bundle.mjs`, join(application(), 'bundle.mjs'));
  }, 5 * MINUTE);

  it.each(ENTRY_POINTS)('the entry point for %s exports %j', async (name, names) => {
    expect(await load(application(), name)).toEqual(names);
  });

  it(
    'every entry point has types',
    async () => {
      const names = Object.keys(library.exports).filter((name) => !name.endsWith('.json'));
      const lines = names.map(
        (name, index) => `export * as _${index} from 'nestjs-mcp-sse${name.slice(1)}';`,
      );
      writeFileSync(join(application(), 'src', 'entry-points.ts'), lines.join('\n'));
      expect(await compile(application())).toMatchObject({ stdout: '' });
    },
    3 * MINUTE,
  );

  it.each([
    ['webpack', 'module', 'esm5'],
    ['rspack', 'module', 'esm5'],
    ['rspack', 'es2015', 'esm2015'],
    ['esbuild', 'main', 'cjs'],
    ['esbuild', 'module', 'esm5'],
  ])(
    'a bundle of %s that prefers "%s" serves nested DTOs and the console',
    async (bundler, field, build) => {
      const output = join(application(), `${bundler}-${field}`);
      await run(process.execPath, ['bundle.mjs', bundler, field, output], { cwd: application() });
      const main = join(output, 'main.mjs');
      const builds = readFileSync(main, 'utf8').matchAll(/node_modules\/class-transformer\/(\w+)\/storage/g);
      expect(new Set(Array.from(builds, ([, name]) => name))).toEqual(new Set([build]));

      // Outside the folder with node_modules, so that only the bundle is loaded.
      const server = await startChild(process.execPath, [main], { cwd: tmpdir() });
      try {
        const client = await connectSdkClient(`${server.url}/sse`);
        const { tools } = await client.listTools();
        expect(tools).toMatchObject([{ name: 'pack', inputSchema: ORDER, outputSchema: PACKED }]);
        const call = (count: number) =>
          client.callTool({ name: 'pack', arguments: { order_lines: [{ sku: 'a-1', count }] } });
        expect(await call(2)).toMatchObject({ structuredContent: { lines: [{ sku: 'A-1', count: 2 }] } });
        const refusal = 'Invalid arguments: order_lines[0].count: count must not be less than 1';
        expect(await call(0)).toMatchObject({ isError: true, content: [{ text: refusal }] });
        await client.close();

        const page = await (await fetch(`${server.url}/console/`)).text();
        const files = Array.from(page.matchAll(/(?:src|href)="([\w.-]+)"/g), ([, name]) => name!);
        expect(files).toContain('main.js');
        for (const file of files)
          expect(await fetch(`${server.url}/console/${file}`)).toMatchObject({ ok: true });
      } finally {
        await server.stop();
      }
    },
    MINUTE,
  );
});

/** Prints the server's answers to requests without a token, with a token of another secret, and with a valid token. */
const JWT_APPLICATION = `
import { createHmac } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { McpSseModule } from 'nestjs-mcp-sse';

const secretOrKey = 'a secret of at least thirty-two bytes';
const module = McpSseModule.forRoot({ name: 'jwt', version: '1.0.0', auth: { jwt: { secretOrKey } } });
const app = await NestFactory.create({ module: class {}, imports: [module] }, { logger: false });
await app.listen(0, '127.0.0.1');

function token(secret) {
  const claims = { sub: 'ada', exp: Math.floor(Date.now() / 1_000) + 60 };
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const content = part({ alg: 'HS256' }) + '.' + part(claims);
  return content + '.' + createHmac('sha256', secret).update(content).digest('base64url');
}

async function status(headers) {
  const response = await fetch('http://127.0.0.1:' + app.getHttpServer().address().port + '/sse', { headers });
  await response.body.cancel();
  return response.status;
}

const bearer = (secret) => status({ authorization: 'Bearer ' + token(secret) });
const [withoutToken, wrong, good] = [await status({}), await bearer('wrong'), await bearer(secretOrKey)];
console.log(JSON.stringify({ withoutToken, wrong, good }));
await app.close();
`;

const BUNDLED = 'test/fixtures/bundled';
const BUNDLERS = ['webpack@^5.113.0', '@rspack/core@^2.3.4', 'esbuild@^0.28.2'];

/** What an entry point exports, to a process of its own. */
async function load(application: string, entryPoint: string): Promise<unknown> {
  const script = `import('nestjs-mcp-sse/${entryPoint}').then((names) => console.log(JSON.stringify(Object.keys(names))))`;
  const { stdout } = await run(process.execPath, ['--eval', script], { cwd: application });
  return JSON.parse(stdout);
}
