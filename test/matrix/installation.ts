import { join } from 'node:path';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import { arrange } from './arrange.js';
import type { Build } from './builds.js';
import { command } from './command.js';
import { NPM } from './package-managers.js';
import { titleOf, type Pair } from './pairs.js';
import { Project } from './project.js';
import type { Tools } from './tools.js';

/** An application of a pair, from its generation to its end. */
export class Installation {
  project!: Project;
  private path: string[] = [];
  private child: ChildApplication | undefined;

  constructor(
    private readonly pair: Pair,
    private readonly tools: Tools,
    private readonly manager = NPM,
    private readonly builds: readonly Build[] = [],
  ) {}

  async generate(): Promise<void> {
    const { nest, modules, node } = this.pair;
    const name = `${this.manager.title} ${titleOf(this.pair)}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    this.project = new Project(await this.tools.generate(name, nest, modules));
    this.path = [await this.tools.node(node)];
    if (this.manager.package) this.path.push(await this.tools.programs(this.manager.package));
    arrange(this.project, this.pair);
    this.project.manifest(({ devDependencies }) =>
      Object.assign(devDependencies, ...this.builds.map((build) => build.devDependencies)),
    );
  }

  /** Installs what the generator wrote, then the library. What is a warning only then is the library's fault. */
  async install(): Promise<void> {
    const before = this.warnings(await this.run(this.manager.install));
    const line = this.manager.add(await this.tools.tarball(), [
      'class-validator',
      'class-transformer',
      'zod',
    ]);
    const added = this.warnings(await this.run(line)).filter((warning) => !before.includes(warning));
    if (added.length > 0) throw new Error(`${line}\nwarns:\n${added.join('\n')}`);
  }

  script(name: string): Promise<string> {
    return this.run(this.manager.script(name));
  }

  program(line: string): Promise<string> {
    return this.run(this.manager.program(line));
  }

  async build({ compilerOptions, line }: Build): Promise<void> {
    const file = 'tsconfig.build.json';
    const generated = this.project.read(file);
    this.project.json<{ compilerOptions?: object }>(file, (content) => {
      content.compilerOptions = { ...content.compilerOptions, ...compilerOptions };
    });
    try {
      await this.program(line);
    } finally {
      this.project.write(file, generated);
    }
  }

  async start(main = 'dist/main.js'): Promise<void> {
    const env = { NODE_OPTIONS: this.manager.nodeOptions ?? '' };
    this.child = await startChild(join(this.path[0]!, 'node'), [main], { cwd: this.project.folder, env });
  }

  get running(): ChildApplication {
    if (!this.child) throw new Error('The application has not started.');
    return this.child;
  }

  async remove(): Promise<void> {
    await this.child?.stop();
    this.project?.remove();
  }

  private run(line: string): Promise<string> {
    return command(line, { cwd: this.project.folder, path: this.path, env: this.manager.env });
  }

  private warnings(output: string): string[] {
    const lines = output.split('\n').filter((line) => this.manager.warning.test(line));
    // npm describes an install script in two ways.
    return lines.map((line) => line.replace(/ \(install: .*\)$/, ''));
  }
}
