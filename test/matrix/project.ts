import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  type?: 'module';
  version?: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  [member: string]: unknown;
}

/** The files of a generated application, which its developers edit. */
export class Project {
  constructor(readonly folder: string) {}

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Replaces text that must be there. */
  replace(file: string, wanted: string, text: string): void {
    const before = this.read(file);
    if (!before.includes(wanted)) throw new Error(`${file} has no ${wanted}:\n${before}`);
    this.write(file, before.replaceAll(wanted, text));
  }

  json<Content = Record<string, never>>(file: string, edit: (content: Content) => void): void {
    const content = JSON.parse(this.read(file)) as Content;
    edit(content);
    this.write(file, `${JSON.stringify(content, undefined, 2)}\n`);
  }

  manifest(edit: (manifest: Manifest) => void): void {
    this.json('package.json', edit);
  }

  /** The version of a package that is installed. */
  installed(name: string): string {
    return (JSON.parse(this.read(`node_modules/${name}/package.json`)) as { version: string }).version;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  sources(): string[] {
    return ['src', 'test'].flatMap((folder) =>
      readdirSync(join(this.folder, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    );
  }
}
