import { createRequire } from 'node:module';
import { join, posix } from 'node:path';
import type { DirEntry, Tree } from '@angular-devkit/schematics';

interface Manifest {
  name?: string;
  version?: string;
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface Configuration {
  entryFile?: string;
  projects?: Record<string, { sourceRoot?: string; entryFile?: string }>;
}

/** The application that a schematic changes. Its root is the current folder. */
export class Application {
  readonly manifest: Manifest;

  constructor(
    private readonly tree: Tree,
    private readonly sourceRoot: string,
  ) {
    this.manifest = this.json('package.json');
  }

  get isEsm(): boolean {
    return this.manifest.type === 'module';
  }

  depends(name: string): boolean {
    return name in { ...this.manifest.dependencies, ...this.manifest.devDependencies };
  }

  /** The name of the application, which a workspace of several has in Nest's configuration. */
  get name(): string {
    const own = this.project()?.[0] ?? this.manifest.name;
    return own?.replace(/^@[^/]*\//, '') ?? 'application';
  }

  /** The module that the application starts with. */
  rootModule(): { file: string; className: string } | undefined {
    const main = this.main();
    const text = main === undefined ? '' : this.tree.readText(main);
    const className =
      /\bNestFactory\s*\.\s*create\w*\s*(?:<[^(]*>\s*)?\(\s*(\w+)/.exec(text)?.[1] ?? 'AppModule';
    const declaration = new RegExp(`@Module\\([^]*\\bclass ${className}\\b`);
    const isIt = (file: string) => this.tree.exists(file) && declaration.test(this.tree.readText(file));
    const imports = text.matchAll(/\bimport\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]*)['"]/g);
    for (const [, names, specifier] of imports) {
      if (!new RegExp(`\\b${className}\\b`).test(names!)) continue;
      const file = `${posix.join(posix.dirname(main!), specifier!.replace(/\.[jt]s$/, ''))}.ts`;
      if (isIt(file)) return { file, className };
    }
    // It is imported by an alias, or through another file.
    const files = this.sources().filter(isIt);
    return files.length === 1 ? { file: files[0]!, className } : undefined;
  }

  /** The module that is nearest to a folder, upwards. */
  nearestModule(folder: string): string | undefined {
    for (let dir: DirEntry | null = this.tree.getDir(folder); dir; dir = dir.parent) {
      const name = dir.subfiles.find((file) => file.endsWith('.module.ts'));
      if (name !== undefined) return posix.join(dir.path, name).slice(1);
    }
    return undefined;
  }

  /** A file of the sources that has a text. */
  sourceWith(text: string): string | undefined {
    return this.sources().find((file) => this.tree.readText(file).includes(text));
  }

  /** How an import of a file ends: as those of the given file do, or else as the type of modules has it. */
  importEnding(file?: string): string {
    const own = /\bfrom\s*(['"])\.{1,2}\/.*?(\.[cm]?[jt]s)?\1/.exec(file ? this.tree.readText(file) : '');
    if (own) return own[2] ?? '';
    return this.isEsm ? '.js' : '';
  }

  private main(): string | undefined {
    const entry = this.project()?.[1].entryFile ?? this.configuration().entryFile ?? 'main';
    const candidates = [
      posix.join(this.sourceRoot, `${entry}.ts`),
      `${entry}.ts`,
      posix.join(this.sourceRoot, 'main.ts'),
    ];
    return candidates.find((file) => this.tree.exists(file));
  }

  /** The project of Nest's configuration that has these sources. */
  private project() {
    const projects = Object.entries(this.configuration().projects ?? {});
    return projects.find(([, { sourceRoot }]) => sourceRoot === this.sourceRoot);
  }

  private configuration(): Configuration {
    return this.json('nest-cli.json');
  }

  private json<Content extends object>(file: string): Content {
    return (this.tree.exists(file) ? this.tree.readJson(file) : {}) as Content;
  }

  private sources(folder = this.tree.getDir(this.sourceRoot)): string[] {
    const files = folder.subfiles.filter((file) => /(?<!\.d|spec|test)\.ts$/.test(file));
    const folders = folder.subdirs.filter((name) => !/^(\.|node_modules$|dist$)/.test(name));
    return [
      ...files.map((file) => posix.join(folder.path, file).slice(1)),
      ...folders.flatMap((name) => this.sources(folder.dir(name))),
    ];
  }
}

/** A package that the application has. */
export function installed<Package>(name: string): Package | undefined {
  try {
    return createRequire(join(process.cwd(), 'package.json'))(name) as Package;
  } catch {
    return undefined;
  }
}
