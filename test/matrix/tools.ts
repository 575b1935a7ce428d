import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { command } from './command.js';

/** The generators of @nestjs/cli 12 need Node 22.22, 24.15 or 26. */
export const GENERATOR_NODE = '22';

/** What the rows share: releases of Node, and Nest's CLIs, each installed when first asked for. */
export class Tools {
  readonly folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  private readonly installed = new Map<string, Promise<string>>();

  /** The folder of a release's programs. This process has one of the release lines already. */
  async node(version: string): Promise<string> {
    if (process.versions.node.startsWith(`${version}.`)) return dirname(process.execPath);
    return join(await this.package(`node-${process.platform}-${process.arch}`, version), 'bin');
  }

  /** Where npm gets packages. */
  async registry(): Promise<string> {
    return (await command('npm config get registry', { cwd: this.folder })).trim();
  }

  /** The folder of the programs of a package. */
  async programs({ name, version }: { name: string; version: string }): Promise<string> {
    const folder = await this.package(name, version);
    return join(folder.slice(0, -name.length), '.bin');
  }

  /** Makes an application with Nest's CLI, without its packages. */
  async generate(name: string, nest: string, modules: 'CommonJS' | 'ESM'): Promise<string> {
    const cli = await this.package('@nestjs/cli', nest);
    // The CLI asks for the module system on a terminal only. This is what it runs once it has the answer.
    const schematics = join(cli, '../../@angular-devkit/schematics-cli/bin/schematics.js');
    const line =
      nest === '12' && modules === 'CommonJS'
        ? `node ${schematics} @nestjs/schematics:application --name=${name} --type=cjs --package-manager=npm --language=ts --strict`
        : `node ${join(cli, 'bin/nest.js')} new ${name} --skip-git --skip-install --package-manager npm`;
    await command(line, { cwd: this.folder, path: [await this.node(GENERATOR_NODE)] });
    return join(this.folder, name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Installs a package in a folder of its own. @returns the package's folder */
  package(name: string, version: string): Promise<string> {
    const specifier = `${name}@${version}`;
    const installed = this.installed.get(specifier) ?? this.install(name, specifier);
    this.installed.set(specifier, installed);
    return installed;
  }

  private async install(name: string, specifier: string): Promise<string> {
    const cwd = join(this.folder, 'tools', specifier.replaceAll('/', '+'));
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, 'package.json'), '{}');
    await command(`npm install ${specifier}`, { cwd });
    return join(cwd, 'node_modules', name);
  }
}
