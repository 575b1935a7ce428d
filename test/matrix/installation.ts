import { join } from 'node:path';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import { packedLibrary } from '../fixtures/installed-application.js';
import { arrange, nameExpress } from './arrange.js';
import type { Build } from './builds.js';
import { command } from './command.js';
import type { PackageManager } from './package-managers.js';
import { titleOf, type Pair } from './pairs.js';
import { Project } from './project.js';
import { GENERATOR_NODE, type Tools } from './tools.js';

/** Finds packages by Node, because a package manager may leave out `node_modules`. */
const VERSIONS = `
const versionOf = (name) => {
  for (let file = require.resolve(name); ; ) {
    file = path.dirname(file);
    try {
      const { version } = require(path.join(file, "package.json"));
      if (version) return version;
    } catch {}
  }
};
const names = process.argv.slice(1);
JSON.stringify({ node: process.versions.node, ...Object.fromEntries(names.map((name) => [name, versionOf(name)])) })
`.replaceAll('\n', ' ');

/** How an application is made and installed, and the ways to build it besides the generator's. */
export interface SetUp {
  readonly pair: Pair;
  readonly manager: PackageManager;
  readonly builds: readonly Build[];
}

/** An application of a pair, from its generation to its end. */
export class Installation {
  /** Of the packages that say what was tested, and of Node. */
  versions: Readonly<Record<string, string>> = {};
  project!: Project;
  private path: string[] = [];
  /** @nestjs/cli 12 does not start on Node 20.19.0, so a later Node builds what 20.19.0 runs. */
  private builderPath: string[] = [];
  private env: Record<string, string> = {};
  private child: ChildApplication | undefined;

  constructor(
    private readonly setUp: SetUp,
    private readonly tools: Tools,
  ) {}

  get pair(): Pair {
    return this.setUp.pair;
  }

  async generate(): Promise<void> {
    const { nest, modules, node } = this.setUp.pair;
    const name = `${this.setUp.manager.title} ${titleOf(this.setUp.pair)}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-');
    this.project = new Project(await this.tools.generate(name, nest, modules));
    this.path = [await this.tools.node(node)];
    if (this.setUp.manager.package) this.path.push(await this.tools.programs(this.setUp.manager.package));
    const { env, registryVariable } = this.setUp.manager;
    this.env = { ...env, ...(registryVariable && { [registryVariable]: await this.tools.registry() }) };
    const needsLater = nest === '12' && node === '20.19.0';
    this.builderPath = needsLater ? [await this.tools.node(GENERATOR_NODE)] : [];
    arrange(this.project, this.setUp.pair);
    if (this.setUp.builds.some(({ namesAdapter }) => namesAdapter)) nameExpress(this.project);
    this.project.manifest(({ devDependencies }) =>
      Object.assign(devDependencies, ...this.setUp.builds.map((build) => build.devDependencies)),
    );
  }

  /** Installs what the generator wrote, then the library. What is a warning only then is the library's fault. */
  async install(): Promise<void> {
    const before = this.warnings(await this.run(this.setUp.manager.install));
    const line = this.setUp.manager.add(packedLibrary(), ['class-validator', 'class-transformer', 'zod']);
    const added = this.warnings(await this.run(line)).filter((warning) => !before.includes(warning));
    if (added.length > 0) throw new Error(`${line}\nwarns:\n${added.join('\n')}`);
    const names = ['@nestjs/core', 'typescript', this.setUp.pair.runner.toLowerCase()];
    this.versions = JSON.parse(
      await this.run(`node ${this.setUp.manager.nodeOptions ?? ''} -p '${VERSIONS}' ${names.join(' ')}`),
    ) as typeof this.versions;
  }

  script(name: string): Promise<string> {
    return this.run(this.setUp.manager.script(name), name === 'build' ? this.builderPath : []);
  }

  program(line: string): Promise<string> {
    return this.run(this.setUp.manager.program(line));
  }

  async build({ compilerOptions, line }: Build): Promise<void> {
    const file = 'tsconfig.build.json';
    const generated = this.project.read(file);
    this.project.json<{ compilerOptions?: object }>(file, (content) => {
      content.compilerOptions = { ...content.compilerOptions, ...compilerOptions };
    });
    try {
      await this.run(this.setUp.manager.program(line), this.builderPath);
    } finally {
      this.project.write(file, generated);
    }
  }

  async start(main = 'dist/main.js'): Promise<void> {
    const options = { cwd: this.project.folder, env: { NODE_OPTIONS: this.setUp.manager.nodeOptions ?? '' } };
    this.child = await startChild(join(this.path[0]!, 'node'), [main], options);
  }

  get running(): ChildApplication {
    if (!this.child) throw new Error('The application has not started.');
    return this.child;
  }

  async remove(): Promise<void> {
    await this.child?.stop();
    this.project?.remove();
  }

  private run(line: string, first: readonly string[] = []): Promise<string> {
    return command(line, {
      cwd: this.project.folder,
      path: [...first, ...this.path],
      env: this.env,
    });
  }

  private warnings(output: string): string[] {
    const lines = output.split('\n').filter((line) => this.setUp.manager.warning.test(line));
    // npm describes an install script in two ways.
    return lines.map((line) => line.replace(/ \(install: .*\)$/, ''));
  }
}
