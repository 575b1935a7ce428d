import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Schematics, type Files } from '../../../test/fixtures/schematics/schematics.js';

const COMMONJS: Files = {
  'package.json': JSON.stringify({
    name: '@acme/shop',
    version: '2.0.0',
    dependencies: { 'class-validator': '^0.14.2' },
    devDependencies: { jest: '^30.0.0' },
  }),
  'src/main.ts': `import { NestFactory } from '@nestjs/core';
import { ShopModule } from './shop/shop.module';

void NestFactory.create<NestExpressApplication>(ShopModule, { bufferLogs: true });
`,
  'src/shop/shop.module.ts': `import { Module } from '@nestjs/common';
import { Shop } from './shop';

@Module({
  imports: [],
  providers: [Shop],
})
export class ShopModule {}
`,
};
const ESM: Files = {
  'package.json': JSON.stringify({ name: 'api', type: 'module', devDependencies: { vitest: '^4.0.0' } }),
  'src/app.module.ts': `import { Module } from '@nestjs/common';

@Module({})
export class AppModule {}
`,
};

let schematics: Schematics;

beforeAll(async () => {
  schematics = await Schematics.build();
});

afterAll(() => schematics.remove());

describe('nest add', () => {
  it('imports the module in the root module, with an example and its spec', async () => {
    const another = { 'src/shop/another.module.ts': '@Module({}) export class AnotherModule {}' };
    const { files, log, tasks } = await schematics.run('nest-add', {}, { ...COMMONJS, ...another });
    const module = files['src/shop/shop.module.ts'];
    expect(module).toContain(
      `import { McpSseModule } from 'nestjs-mcp-sse';\nimport { Shop } from './shop';`,
    );
    expect(module).toContain(`import { HelloTool } from './hello.tool';`);
    expect(module).toContain(`McpSseModule.forRoot({\n      name: 'shop',\n      version: '2.0.0',`);
    expect(module).toContain('providers: [Shop, HelloTool]');
    expect(files['src/shop/hello.tool.ts']).toContain(`name: 'hello'`);
    expect(files['src/shop/hello.tool.spec.ts']).not.toContain('vitest');
    expect(JSON.parse(files['package.json']!)).toMatchObject({
      dependencies: {
        '@modelcontextprotocol/sdk': expect.any(String),
        'class-transformer': expect.any(String),
        'class-validator': '^0.14.2',
      },
    });
    expect(tasks).toMatchObject([{ name: 'node-package' }]);
    expect(log).toEqual([expect.stringContaining('clients connect to /mcp')]);
  });

  it('imports files and the test runner as an application of ES modules does', async () => {
    const { files } = await schematics.run('nest-add', { sourceRoot: 'src' }, ESM);
    expect(files['src/app.module.ts']).toContain(`from './hello.tool.js'`);
    expect(files['src/hello.tool.spec.ts']).toContain(`from './hello.tool.js'`);
    expect(files['src/hello.tool.spec.ts']).toContain(`from 'vitest'`);
  });

  it('changes nothing when it runs again', async () => {
    const once = await schematics.run('nest-add', { sourceRoot: 'src' }, COMMONJS);
    const twice = await schematics.run('nest-add', { sourceRoot: 'src' }, once.files);
    expect(twice.files).toEqual(once.files);
    expect(twice.tasks).toEqual([]);
    expect(twice.log.join()).toContain('src/shop/shop.module.ts imports McpSseModule already');
  });

  it("takes the project of a workspace that has the sources, with this project's name", async () => {
    const files = {
      'package.json': '{ "name": "workspace" }',
      'nest-cli.json': JSON.stringify({
        projects: { admin: { sourceRoot: 'apps/admin/src', entryFile: 'server' } },
      }),
      'apps/admin/src/server.ts': `import { AdminModule } from './admin.module';\nNestFactory.create(AdminModule);`,
      'apps/admin/src/admin.module.ts': '@Module({}) export class AdminModule {}',
      'apps/other/src/app.module.ts': '@Module({}) export class AppModule {}',
    };
    const outcome = await schematics.run('nest-add', { sourceRoot: 'apps/admin/src', example: false }, files);
    expect(outcome.files['apps/admin/src/admin.module.ts']).toContain(`name: 'admin'`);
    expect(Object.keys(outcome.files)).toEqual(Object.keys(files));
    expect(outcome.files['apps/other/src/app.module.ts']).toBe(files['apps/other/src/app.module.ts']);
  });

  it.each([
    [
      'has no root module',
      { 'src/main.ts': 'NestFactory.create(AppModule);' },
      'The root module was not found in src',
    ],
    [
      'has an unusual one',
      { 'src/app.module.ts': '@Module({ imports: IMPORTS }) export class AppModule {}' },
      'src/app.module.ts was not changed, because its "imports" is not a list in brackets',
    ],
  ])('says what to write by hand where an application %s', async (_, sources: Files, problem) => {
    const files = { 'package.json': '{}', ...sources };
    const outcome = await schematics.run('nest-add', { sourceRoot: 'src' }, files);
    expect(outcome.log.join()).toContain(problem);
    expect(outcome.log.join()).toContain(`import { McpSseModule } from 'nestjs-mcp-sse';`);
    expect(outcome.log.join()).toContain('imports: [McpSseModule.forRoot({');
    expect({ ...outcome.files, 'package.json': '{}' }).toEqual(files);
  });

  it('says what to install when it may not', async () => {
    const { log, tasks } = await schematics.run('nest-add', { skipInstall: true }, ESM);
    expect(log.join()).toContain('@modelcontextprotocol/sdk, class-transformer, class-validator');
    expect(tasks).toEqual([]);
  });

  it('says what to write by hand where there is no TypeScript to read the module with', async () => {
    const elsewhere = await Schematics.build(tmpdir());
    const { log } = await elsewhere.run('nest-add', {}, ESM);
    expect(log.join()).toContain('import { McpSseModule }');
    await elsewhere.remove();
  });
});

describe('nest generate', () => {
  it.each([
    ['tool', 'FindOrdersTool', `name: 'shop_find_orders'`],
    ['resource', 'FindOrdersResource', `uri: 'shop://find-orders'`],
    ['prompt', 'FindOrdersPrompt', `name: 'shop_find_orders'`],
    ['app', 'FindOrdersApp', `file: join(__dirname, 'find-orders.html')`],
  ])('makes a %s and its spec, and provides it in the nearest module', async (kind, className, text) => {
    const { files } = await schematics.run(kind, { name: 'shop/findOrders' }, COMMONJS);
    const path = `src/shop/find-orders/find-orders.${kind}`;
    expect(files[`${path}.ts`]).toContain(`export class ${className}`);
    expect(files[`${path}.ts`]).toContain(text);
    expect(files[`${path}.spec.ts`]).toContain(`import { ${className} } from './find-orders.${kind}';`);
    expect(files['src/shop/shop.module.ts']).toContain(`from './find-orders/find-orders.${kind}';`);
    expect(files['src/shop/shop.module.ts']).toContain(`providers: [Shop, ${className}]`);
  });

  it('has the build copy the page of an app', async () => {
    const files = {
      ...ESM,
      'nest-cli.json': JSON.stringify({
        compilerOptions: { assets: ['**/*.css'] },
        projects: { shop: { sourceRoot: 'apps/shop' }, admin: { sourceRoot: 'src', compilerOptions: {} } },
      }),
    };
    const first = await schematics.run('app', { name: 'chart' }, files);
    expect(first.files['src/chart/chart.html']).toContain('<title>Chart</title>');
    expect(first.files['src/chart/chart.app.ts']).toContain(`join(import.meta.dirname, 'chart.html')`);
    expect(JSON.parse(first.files['nest-cli.json']!)).toMatchObject({
      compilerOptions: { assets: ['**/*.css', '**/*.html'], watchAssets: true },
      projects: { admin: { compilerOptions: {} } },
    });
    const second = await schematics.run('app', { name: 'map' }, first.files);
    expect(second.files['nest-cli.json']).toBe(first.files['nest-cli.json']);
  });

  it.each([
    ['is bundled', '{ "compilerOptions": { "webpack": true } }', 'Return the HTML from the method'],
    ['has comments in its configuration', '{} // ours', 'Add to "compilerOptions" in nest-cli.json by hand'],
  ])('says what to do about the page where an application %s', async (_, configuration, advice) => {
    const { files, log } = await schematics.run(
      'app',
      { name: 'chart' },
      { ...ESM, 'nest-cli.json': configuration },
    );
    expect(files['nest-cli.json']).toBe(configuration);
    expect(log.join()).toContain(advice);
  });

  it.each([
    [{ flat: true }, ['find.tool.ts', 'find.tool.spec.ts']],
    [{ flat: true, spec: false }, ['find.tool.ts']],
    [
      { path: 'orders', specFileSuffix: 'test' },
      ['orders/find/find.tool.ts', 'orders/find/find.tool.test.ts'],
    ],
  ])("takes the options of Nest's generators: %j", async (options, expected) => {
    const { files } = await schematics.run('tool', { name: 'find', ...options }, ESM);
    const created = Object.keys(files).filter((path) => !(path in ESM));
    expect(created.toSorted()).toEqual(expected.map((path) => `src/${path}`).toSorted());
  });

  it('leaves modules alone when it should, or when there is none', async () => {
    const skipped = await schematics.run('tool', { name: 'find', skipImport: true }, ESM);
    expect(skipped.files['src/app.module.ts']).toBe(ESM['src/app.module.ts']);
    const none = await schematics.run('tool', { name: 'find' }, { 'package.json': '{}' });
    expect(none.log).toEqual(['No module was found. Add FindTool to the "providers" of a module.']);
  });

  it('adds class-validator where the class needs it', async () => {
    const { files, tasks } = await schematics.run('prompt', { name: 'ask' }, ESM);
    expect(Object.keys(JSON.parse(files['package.json']!).dependencies)).toEqual([
      'class-transformer',
      'class-validator',
    ]);
    expect(tasks).toHaveLength(1);
    const resource = await schematics.run('resource', { name: 'list' }, ESM);
    expect(resource.tasks).toEqual([]);
  });

  it.each(['2fa', '/', '../find', 'orders/constructor', 'a.b'])(
    'refuses a name that no class can have: %s',
    async (name) => {
      await expect(schematics.run('tool', { name }, ESM)).rejects.toThrow('cannot be a name');
    },
  );

  it('does not replace a file', async () => {
    const { files } = await schematics.run('tool', { name: 'find' }, ESM);
    await expect(schematics.run('tool', { name: 'find' }, files)).rejects.toThrow('already exist');
  });
});
