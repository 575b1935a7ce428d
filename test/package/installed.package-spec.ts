import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform, type Options } from '@swc/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSdkClient } from '../clients/sdk-client.js';
import { ORDER, PACKED } from '../fixtures/bundled/schemas.js';
import { startChild } from '../fixtures/child-application.js';
import { readmeCode } from '../fixtures/readme-blocks.js';

interface Manifest {
  version: string;
  exports: Record<string, object>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const MINUTE = 60_000;
const run = promisify(execFile);
const npm = (cwd: string, ...args: string[]) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    shell: process.platform === 'win32',
  });

const workspace = manifest('package.json');
const library = manifest('libs/mcp-sse/package.json');

let folder: string;
let tarball: string;

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'installed-'));
  rmSync('libs/mcp-sse/dist', { recursive: true, force: true });
  await npm('.', 'run', 'build:lib');
  await npm('libs/mcp-sse', 'pack', '--pack-destination', folder);
  tarball = join(folder, `nestjs-mcp-sse-${library.version}.tgz`);
}, 2 * MINUTE);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('packs the licence, the README and the build, and no sources', async () => {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = stdout.trim().split('\n');
  expect(files).toEqual(
    expect.arrayContaining(
      ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'].map(
        (file) => `package/${file}`,
      ),
    ),
  );
  expect(
    files.filter(
      (file) =>
        !/^package\/(dist\/.+\.(d\.ts|js)|dist\/console\/page\/\w+\.(html|css|svg)|[A-Za-z.]+)$/.test(file),
    ),
  ).toEqual([]);
});

it('declares no member that is marked as internal', () => {
  const dist = 'libs/mcp-sse/dist';
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  expect(declarations).toContain('index.d.ts');
  const marked = declarations.filter((file) => readFileSync(join(dist, file), 'utf8').includes('@internal'));
  expect(marked).toEqual([]);
});

describe.each(['module', 'commonjs'])('in an empty Nest application of type "%s"', (type) => {
  let application: string;

  beforeAll(async () => {
    application = await installed(type);
  }, 3 * MINUTE);

  it('needs no optional peer', () => {
    const optional = Object.entries(library.peerDependenciesMeta ?? {}).filter(([, meta]) => meta.optional);
    const installed = optional.filter(([name]) => existsSync(join(application, 'node_modules', name)));
    expect(installed).toEqual([]);
  });

  it(
    'has types that resolve',
    async () => {
      expect(await compile(application)).toMatchObject({ stdout: '' });
    },
    MINUTE,
  );

  it(
    'verifies JWTs without passport',
    async () => {
      const script = join(application, 'jwt.mjs');
      writeFileSync(script, JWT_APPLICATION);
      const { stdout } = await run(process.execPath, [script], { cwd: application });
      expect(JSON.parse(stdout)).toEqual({ withoutToken: 401, wrong: 401, good: 200 });
    },
    MINUTE,
  );

  it(
    'names the package that the entry point for passport needs, and has it once that is installed',
    async () => {
      const load = "import('nestjs-mcp-sse/passport').then((names) => console.log(Object.keys(names)))";
      const missing: string[] = [];
      for (const name of ['@nestjs/passport', 'passport-jwt']) {
        const outcome: unknown = await run(process.execPath, ['--eval', load], { cwd: application }).catch(
          (error: unknown) => error,
        );
        missing.push(/Cannot find package '([^']+)'/.exec((outcome as { stderr: string }).stderr)?.[1] ?? '');
        await npm(application, 'install', `${name}@${workspace.dependencies[name]}`);
      }
      expect(missing).toEqual(['@nestjs/passport', 'passport-jwt']);
      const { stdout } = await run(process.execPath, ['--eval', load], { cwd: application });
      expect(stdout.trim()).toBe("[ 'McpJwtStrategy' ]");
    },
    MINUTE,
  );

  it(
    'has the entry point for tests',
    async () => {
      const load = "import('nestjs-mcp-sse/testing').then((names) => console.log(Object.keys(names)))";
      const { stdout } = await run(process.execPath, ['--eval', load], { cwd: application });
      expect(stdout.trim()).toBe("[ 'McpTestClient', 'textOf' ]");
    },
    MINUTE,
  );

  it(
    'has the entry point for the throttler, once that is installed',
    async () => {
      await npm(application, 'install', `@nestjs/throttler@${workspace.dependencies['@nestjs/throttler']}`);
      const load = "import('nestjs-mcp-sse/throttler').then((names) => console.log(Object.keys(names)))";
      const { stdout } = await run(process.execPath, ['--eval', load], { cwd: application });
      expect(stdout.trim()).toBe("[ 'McpThrottlerGuard', 'failureLimit' ]");
    },
    MINUTE,
  );

  it(
    'has the entry point for metrics, once prom-client is installed',
    async () => {
      await npm(application, 'install', `prom-client@${workspace.dependencies['prom-client']}`);
      const load = "import('nestjs-mcp-sse/metrics').then((names) => console.log(Object.keys(names)))";
      const { stdout } = await run(process.execPath, ['--eval', load], { cwd: application });
      expect(stdout.trim()).toBe("[ 'McpMetricsModule' ]");
    },
    MINUTE,
  );

  it(
    'has the entry point for traces, once the API of OpenTelemetry is installed',
    async () => {
      const api = '@opentelemetry/api';
      await npm(application, 'install', `${api}@${workspace.dependencies[api]}`);
      const load = "import('nestjs-mcp-sse/tracing').then((names) => console.log(Object.keys(names)))";
      const { stdout } = await run(process.execPath, ['--eval', load], { cwd: application });
      expect(stdout.trim()).toBe("[ 'McpTracingModule' ]");
    },
    MINUTE,
  );

  it(
    "serves a tool to the SDK's client",
    async () => {
      const server = await startChild(process.execPath, [join(application, 'dist', 'main.js')]);
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

it(
  'has types of every entry point, once all optional peers are installed',
  async () => {
    const application = await installed('module');
    const peers = Object.keys(library.peerDependenciesMeta ?? {});
    await npm(application, 'install', ...peers.map((name) => `${name}@${workspace.dependencies[name]}`));
    const names = Object.keys(library.exports).filter((name) => !name.endsWith('.json'));
    const lines = names.map((name, index) => `export * as _${index} from 'nestjs-mcp-sse${name.slice(1)}';`);
    writeFileSync(join(application, 'src', 'entry-points.ts'), lines.join('\n'));
    expect(await compile(application)).toMatchObject({ stdout: '' });
  },
  4 * MINUTE,
);

describe('in a bundle', () => {
  let application: string;

  beforeAll(async () => {
    application = await installed('module');
    await npm(application, 'install', 'webpack@^5.113.0', '@rspack/core@^2.3.4', 'esbuild@^0.28.2');
    const { code } = await transform(readFileSync(`${BUNDLED}/main.ts`, 'utf8'), TRANSFORM);
    writeFileSync(join(application, 'main.js'), code);
    copyFileSync(`${BUNDLED}/bundle.mjs`, join(application, 'bundle.mjs'));
  }, 4 * MINUTE);

  it.each([
    ['webpack', 'module', 'esm5'],
    ['rspack', 'module', 'esm5'],
    ['rspack', 'es2015', 'esm2015'],
    ['esbuild', 'main', 'cjs'],
    ['esbuild', 'module', 'esm5'],
  ])(
    'of %s that prefers "%s", serves nested DTOs and the console',
    async (bundler, field, build) => {
      const output = join(application, `${bundler}-${field}`);
      await run(process.execPath, ['bundle.mjs', bundler, field, output], { cwd: application });
      const main = join(output, 'main.mjs');
      const builds = readFileSync(main, 'utf8').matchAll(/node_modules\/class-transformer\/(\w+)\/storage/g);
      expect(new Set(Array.from(builds, ([, name]) => name))).toEqual(new Set([build]));

      // Outside the folder with node_modules, so that only the bundle is loaded.
      const server = await startChild(process.execPath, [main], { cwd: folder });
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
const TRANSFORM: Options = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};
const COMPILER = {
  compilerOptions: {
    target: 'ES2023',
    module: 'nodenext',
    strict: true,
    skipLibCheck: false,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

const applications = new Map<string, Promise<string>>();

/** Creates an application of this type with the library installed. @returns its folder */
function installed(type: string): Promise<string> {
  const folderOf = applications.get(type) ?? install(type);
  applications.set(type, folderOf);
  return folderOf;
}

async function install(type: string): Promise<string> {
  const application = join(folder, type);
  mkdirSync(join(application, 'src'), { recursive: true });
  writeFileSync(join(application, 'src', 'main.ts'), readmeCode('quick-start'));
  writeFileSync(join(application, 'package.json'), JSON.stringify(emptyApplication(type)));
  writeFileSync(join(application, 'tsconfig.json'), JSON.stringify(COMPILER));
  await npm(application, 'install');
  // The README's command, but with the tarball instead of the registry's package.
  const [, ...command] = readmeCode('install').trim().replace('nestjs-mcp-sse', tarball).split(' ');
  await npm(application, ...command);
  return application;
}

function compile(application: string): Promise<unknown> {
  const tsc = join(application, 'node_modules', 'typescript', 'bin', 'tsc');
  return run(process.execPath, [tsc, '-p', application]).catch((error: unknown) => error);
}

/** The minimal dependencies of `nest new`, and the types that @nestjs/passport's types need under skipLibCheck. */
function emptyApplication(type: string): object {
  const nest = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'reflect-metadata', 'rxjs'];
  const pick = (names: string[], ranges: Record<string, string>) =>
    Object.fromEntries(names.map((name) => [name, ranges[name]]));
  return {
    name: `empty-${type}`,
    private: true,
    type,
    dependencies: pick(nest, workspace.dependencies),
    devDependencies: pick(['@types/node', 'typescript'], workspace.devDependencies),
  };
}
