import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isPackage, librarySources, packageOf } from './library-sources.js';

interface Manifest {
  version: string;
  exports?: Record<string, object>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** The optional peers, and the folders that import them. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  '@nestjs/throttler': ['throttler'],
  '@opentelemetry/api': ['tracing'],
  bullmq: ['bullmq'],
  'class-transformer': ['schema'],
  'class-validator': ['schema'],
  ioredis: ['redis'],
  passport: ['passport'],
  'prom-client': ['metrics'],
};

/** Entry points that do not load without their optional peer: a class of theirs extends one of it. */
const LOADED_WITH_ITS_FOLDER = ['@nestjs/throttler'];

const library = manifest('libs/mcp-sse/package.json');
const workspace = manifest('package.json');
const declared = { ...library.dependencies, ...library.peerDependencies };
const sources = librarySources();
const imported = new Set(sources.flatMap(({ imports }) => imports.filter(isPackage).map(packageOf)));

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** Whether a version is in a range of the form that the library uses, `^1.2.3`, `~1.2.3` or several of it with `||`. */
function satisfies(version: string, range: string): boolean {
  return range.split(' || ').some((each) => satisfiesOne(version, each));
}

function satisfiesOne(version: string, range: string): boolean {
  const minimum = /^[\^~](\d+)\.(\d+)\.(\d+)$/.exec(range)?.slice(1).map(Number);
  if (!minimum) throw new Error(`${range} is not of the form ^1.2.3 or ~1.2.3`);
  const actual = version.split('.').map((part) => Number.parseInt(part, 10));
  // A caret fixes everything up to the first non-zero number, a tilde everything up to the second one.
  const fixed = range.startsWith('~') ? 1 : minimum.findIndex((part) => part !== 0);
  const first = minimum.findIndex((part, index) => part !== actual[index]);
  return first === -1 || (first > fixed && actual[first]! > minimum[first]!);
}

describe('package.json of the library', () => {
  it('declares every package that the library imports, and no other', () => {
    expect([...imported].toSorted()).toEqual(Object.keys(declared).toSorted());
  });

  it('declares no package twice', () => {
    const both = Object.keys(library.dependencies!).filter((name) => name in library.peerDependencies!);
    expect(both).toEqual([]);
  });

  it('imports an optional peer in one folder', () => {
    const optional = Object.entries(library.peerDependenciesMeta ?? {})
      .filter(([, meta]) => meta.optional)
      .map(([name]) => name);
    expect(optional.toSorted()).toEqual(Object.keys(OPTIONAL).toSorted());
    for (const [name, folders] of Object.entries(OPTIONAL)) {
      const importing = sources.filter(({ imports }) => imports.map(packageOf).includes(name));
      expect([name, [...new Set(importing.map(({ path }) => path.split('/')[0]))]]).toEqual([name, folders]);
    }
  });

  it('loads an optional peer when it is needed, not with the file that uses it', () => {
    const loaded = sources.flatMap(({ loads }) => loads.map(packageOf));
    expect(Object.keys(OPTIONAL).filter((name) => loaded.includes(name))).toEqual(LOADED_WITH_ITS_FOLDER);
  });

  it('has an entry point for each folder that only optional peers serve, which nothing else imports', () => {
    for (const folder of ['bullmq', 'metrics', 'passport', 'redis', 'throttler', 'tracing']) {
      const elsewhere = sources.filter(({ path }) => !path.startsWith(`${folder}/`));
      expect(elsewhere.filter(({ imports }) => imports.some((name) => name.includes(`/${folder}/`)))).toEqual(
        [],
      );
      expect(library.exports).toHaveProperty([`./${folder}`]);
    }
  });

  it.each(Object.entries(declared))(
    'has a range for %s, %s, that the installed version satisfies',
    (name, range) => {
      const { version } = manifest(`node_modules/${name}/package.json`);
      expect({ version, satisfies: satisfies(version, range) }).toEqual({ version, satisfies: true });
    },
  );

  it('requires nothing newer than the workspace', () => {
    const ranges = { ...workspace.dependencies, ...workspace.devDependencies };
    const newer = Object.entries(declared).filter(
      ([name, range]) => !satisfies(ranges[name]!.replace(/^\D/, ''), range),
    );
    expect(newer).toEqual([]);
  });

  it('has the version of the workspace', () => {
    expect(library.version).toBe(workspace.version);
  });

  it('supports the Node versions that the workspace is tested on', () => {
    expect(manifest('libs/mcp-sse/package.json')).toMatchObject({
      engines: (manifest('package.json') as { engines?: unknown }).engines,
    });
  });
});

describe('the check of ranges', () => {
  it.each([
    ['1.2.3', '^1.2.3', true],
    ['1.3.0', '^1.2.3', true],
    ['1.2.2', '^1.2.3', false],
    ['2.0.0', '^1.2.3', false],
    ['0.5.2', '^0.5.1', true],
    ['0.6.0', '^0.5.1', false],
    ['0.6.0', '^0.5.1 || ^0.6.0', true],
    ['0.7.0', '^0.5.1 || ^0.6.0', false],
  ])('knows whether %s fits %s', (version, range, fits) => {
    expect(satisfies(version, range)).toBe(fits);
  });
});
