import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { textOf } from 'nestjs-mcp-sse/testing';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import { freePort } from '../fixtures/free-port.js';
import { packedLibrary } from '../fixtures/installed-application.js';
import { pageCode, readmeCode } from '../fixtures/readme-blocks.js';
import { Registry } from '../fixtures/registry.js';
import { command } from '../matrix/command.js';
import { NPM, PNPM, type PackageManager } from '../matrix/package-managers.js';
import { Project } from '../matrix/project.js';
import { Tools } from '../matrix/tools.js';

interface Row {
  readonly name: string;
  readonly nest: '11' | '12';
  readonly modules: 'CommonJS' | 'ESM';
  readonly node: string;
  readonly manager: PackageManager;
}

const MINUTE = 60_000;
const PAGE = 'docs/generators.md';
const ROWS: readonly Row[] = [
  { name: 'shop-11', nest: '11', modules: 'CommonJS', node: '20', manager: NPM },
  { name: 'shop', nest: '12', modules: 'ESM', node: '22', manager: NPM },
  // Jest loads the ES modules of Nest 12 into CommonJS from Node 24.9 on.
  { name: 'shop-12', nest: '12', modules: 'CommonJS', node: '24', manager: PNPM },
];

/** What an application got that the page shows. */
const code = { module: '', tool: '' };
let tools: Tools;
let registry: Registry;

beforeAll(async () => {
  tools = new Tools();
  registry = await Registry.publish(packedLibrary(), await tools.registry());
}, 5 * MINUTE);

afterAll(async () => {
  await registry.close();
  tools.remove();
});

/** An application that `nest new` has made. */
class Generated {
  private constructor(
    readonly project: Project,
    private readonly path: readonly string[],
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async create({ name, nest, modules, node, manager }: Row): Promise<Generated> {
    const project = new Project(await tools.generate(name, nest, modules));
    const path = [await tools.node(node)];
    if (manager.package) path.push(await tools.programs(manager.package));
    const generated = new Generated(project, path, manager.env ?? {});
    await generated.run(manager.install);
    return generated;
  }

  run(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    return command(line, { cwd: this.project.folder, path: this.path, env: { ...this.env, ...env } });
  }

  /** Runs a block of the page as it stands there. */
  async runBlock(id: string): Promise<string> {
    const outputs: string[] = [];
    for (const line of pageCode(PAGE, id).trim().split('\n'))
      outputs.push(await this.run(line, registry.env));
    return outputs.join('\n');
  }

  async start(main: string): Promise<ChildApplication> {
    const port = await freePort();
    // An application of a workspace reads the variable in lower case.
    const options = { cwd: this.project.folder, port, env: { port: String(port) } };
    return startChild(join(this.path[0]!, 'node'), [main], options);
  }

  /** What its developers see. */
  files(): Record<string, string> {
    const { folder } = this.project;
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => /^(src|test|apps|[^/]*$)/.test(path) && /\.(ts|json|html)$/.test(path) && !/lock/.test(path),
    );
    return Object.fromEntries(paths.map((path) => [path, this.project.read(path)]));
  }
}

it.each(ROWS)(
  'adds the library and features to an application of Nest $nest, $modules, with $manager.title',
  async (row) => {
    const application = await Generated.create(row);
    const script = (name: string) => application.run(row.manager.script(name));

    await application.runBlock(row.manager === PNPM ? 'pnpm' : 'add');
    const added = application.files();
    expect(await application.run('npx nest add nestjs-mcp-sse -s')).toContain('imports McpSseModule already');
    expect(application.files()).toEqual(added);

    await application.runBlock('generate');
    await application.runBlock('options');
    const generated = application.files();
    const names = ['cancel.tool.ts', 'chart/chart.app.spec.ts', 'chart/chart.app.ts', 'chart/chart.html'];
    expect(Object.keys(generated).join('\n')).toContain(names.map((name) => `src/orders/${name}`).join('\n'));
    expect(Object.keys(generated).join('\n')).not.toMatch(/cancel.*spec|refund/);
    if (row.name === 'shop')
      Object.assign(code, {
        module: added['src/app.module.ts'],
        tool: generated['src/orders/find/find.tool.ts'],
      });

    await script('lint');
    await application.run('npx prettier --check src nest-cli.json');
    expect(application.files()).toEqual(generated);
    await script('build');
    expect(await script('test')).toMatch(/Tests\D*9 passed/);
    const child = await application.start('dist/main.js');
    try {
      const client = await connectSdkHttpClient(`${child.url}/mcp`);
      const { tools: listed } = await client.listTools();
      expect(listed.map(({ name }) => name).toSorted()).toEqual([
        'hello',
        'orders_cancel',
        'orders_chart',
        'orders_find',
      ]);
      const call = { name: 'orders_find', arguments: { query: 'tea' } };
      expect(textOf(await client.callTool(call))).toBe('Found tea');
      expect(textOf(await client.readResource({ uri: 'orders://list' }))).toBe('list');
      expect(textOf(await client.readResource({ uri: 'ui://orders/chart' }))).toContain(
        '<title>Chart</title>',
      );
      const prompt = { name: 'orders_summarize', arguments: { subject: 'tea' } };
      expect(textOf(await client.getPrompt(prompt))).toBe('Tell me about tea.');
      await client.close();
    } finally {
      await child.stop();
    }
  },
  15 * MINUTE,
);

it('shows code that was generated, and the command of the README', () => {
  expect(`// src/app.module.ts\n${code.module}`).toBe(pageCode(PAGE, 'module'));
  expect(`// src/orders/find/find.tool.ts\n${code.tool}`).toBe(pageCode(PAGE, 'tool'));
  expect(readmeCode('add')).toBe(pageCode(PAGE, 'add'));
});

it(
  'adds the library and a tool to one application of a workspace',
  async () => {
    const application = await Generated.create({ ...ROWS[0]!, name: 'workspace' });
    await application.run('npx nest g app admin');
    const before = application.files();
    const dry = await application.run('npx nest add nestjs-mcp-sse --project admin --dry-run', registry.env);
    expect(dry).toContain('UPDATE apps/admin/src/admin.module.ts');
    expect({ ...application.files(), 'package.json': '' }).toEqual({ ...before, 'package.json': '' });

    await application.runBlock('workspace');
    const after = application.files();
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.toSorted()).toEqual([
      'apps/admin/src/admin.module.ts',
      'apps/admin/src/hello.tool.spec.ts',
      'apps/admin/src/hello.tool.ts',
      'apps/admin/src/orders/find/find.tool.spec.ts',
      'apps/admin/src/orders/find/find.tool.ts',
      'package.json',
    ]);
    expect(await application.run('npx jest apps/admin/src')).toMatch(/Tests\D*5 passed/);
    await application.run('npx nest build admin');
    const child = await application.start('dist/apps/admin/main.js');
    try {
      const client = await connectSdkHttpClient(`${child.url}/mcp`);
      const call = { name: 'hello', arguments: { name: 'Ada' } };
      expect(textOf(await client.callTool(call))).toBe('Hello, Ada');
      await client.close();
    } finally {
      await child.stop();
    }
  },
  15 * MINUTE,
);
