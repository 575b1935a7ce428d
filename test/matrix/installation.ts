import { join } from 'node:path';
import { startChild, type ChildApplication } from '../fixtures/child-application.js';
import { arrange } from './arrange.js';
import { command } from './command.js';
import { titleOf, type Pair } from './pairs.js';
import { Project } from './project.js';
import type { Tools } from './tools.js';

/** An application of a pair, from its generation to its end. */
export class Installation {
  private project!: Project;
  private bin!: string;
  private running: ChildApplication | undefined;

  constructor(
    readonly pair: Pair,
    private readonly tools: Tools,
  ) {}

  async generate(): Promise<void> {
    const name = titleOf(this.pair)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-');
    this.project = new Project(await this.tools.generate(name, this.pair.nest, this.pair.modules));
    this.bin = await this.tools.node(this.pair.node);
    arrange(this.project, this.pair);
  }

  /** Installs what the generator wrote, then the library. Warnings that come with the library are its fault. */
  async install(): Promise<void> {
    const before = warnings(await this.run('npm install'));
    const line = `npm install ${await this.tools.tarball()} class-validator class-transformer zod`;
    const after = warnings(await this.run(line));
    const ours = after.filter((warning) => !before.includes(warning));
    if (ours.length > 0) throw new Error(`${line}\nwarns:\n${ours.join('\n')}`);
  }

  run(line: string): Promise<string> {
    return command(line, { cwd: this.project.folder, path: [this.bin] });
  }

  async start(): Promise<void> {
    const node = join(this.bin, 'node');
    this.running = await startChild(node, ['dist/main.js'], { cwd: this.project.folder });
  }

  get application(): ChildApplication {
    if (!this.running) throw new Error('The application has not started.');
    return this.running;
  }
}

/** The warnings of npm, without its notices. */
function warnings(output: string): string[] {
  return output.split('\n').filter((line) => /^npm (warn|error)/i.test(line));
}
