import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isPackage, librarySources } from './library-sources.js';

interface Layer {
  /** The layers that it may import, besides itself. */
  readonly below: readonly string[];
  /** The packages that it may import; any if not given. */
  readonly packages?: RegExp;
}

/** The folders of the library from the ground up. Data flows down the list and comes back up; an import only goes down. */
const LAYERS: Readonly<Record<string, Layer>> = {
  model: { below: [] },
  http: {
    below: ['model', 'streaming'],
    packages: /^@nestjs\/common$|^@modelcontextprotocol\/sdk\//,
  },
  nest: { below: ['model', 'http'] },
  decorators: { below: ['model', 'nest'] },
  schema: { below: ['model'] },
  discovery: { below: ['model', 'nest', 'decorators', 'schema'] },
  execution: { below: ['model', 'nest', 'decorators', 'schema', 'discovery'] },
  routes: { below: ['model', 'nest', 'http', 'decorators', 'schema', 'discovery', 'execution'] },
  protocol: { below: ['model'], packages: /^@modelcontextprotocol\/sdk\// },
  streaming: { below: ['model'], packages: /^rxjs$/ },
  sessions: { below: ['model', 'protocol', 'streaming'] },
  stateless: { below: ['model', 'protocol', 'streaming', 'sessions'] },
  tasks: { below: ['model', 'protocol', 'streaming', 'sessions', 'stateless'] },
  cluster: { below: ['model', 'protocol', 'streaming', 'sessions'] },
  auth: { below: ['model', 'nest', 'http', 'decorators'] },
  redis: { below: ['model'], packages: /^ioredis$/ },
  bullmq: { below: ['model'], packages: /^bullmq$/ },
  transports: {
    below: [
      'model',
      'nest',
      'http',
      'decorators',
      'schema',
      'discovery',
      'execution',
      'protocol',
      'streaming',
      'sessions',
      'stateless',
      'cluster',
      'auth',
    ],
  },
  observability: {
    below: [
      'model',
      'nest',
      'http',
      'decorators',
      'schema',
      'discovery',
      'execution',
      'protocol',
      'streaming',
      'sessions',
      'stateless',
      'cluster',
      'auth',
    ],
  },
  metrics: {
    below: ['model', 'nest', 'http', 'sessions', 'stateless', 'auth', 'transports', 'observability'],
  },
  tracing: { below: ['model', 'execution', 'sessions', 'observability'] },
  console: { below: ['model', 'nest', 'http', 'execution', 'auth', 'transports', 'observability'] },
  // Uses the module's options and their defaults, which are in a file at the root.
  passport: { below: ['model', 'auth', '(root)'] },
  throttler: { below: ['model', 'nest', 'execution', 'auth'] },
  testing: {
    below: ['model', 'schema', 'protocol', 'transports'],
    packages: /^@nestjs\/(common|core)$|^@modelcontextprotocol\/sdk\//,
  },
};

const sources = librarySources().map((source) => ({ ...source, layer: layerOf(source.path) }));

/** The folder of a file. The files at the root assemble the layers and belong to none. */
function layerOf(path: string): string | undefined {
  return path.includes('/') ? path.split('/')[0] : undefined;
}

describe('the layers of the library', () => {
  it('cover every folder', () => {
    const folders = new Set(sources.flatMap(({ layer }) => layer ?? []));
    expect([...folders].toSorted()).toEqual(Object.keys(LAYERS).toSorted());
  });

  it('import only layers below them', () => {
    const upward = sources.flatMap(({ path, layer, imports }) => {
      if (layer === undefined) return [];
      const allowed = [layer, ...(LAYERS[layer]?.below ?? [])];
      return imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier))
        .filter((imported) => !allowed.includes(layerOf(imported) ?? '(root)'))
        .map((imported) => `${path} imports ${imported}`);
    });
    expect(upward).toEqual([]);
  });

  it('import only permitted packages, so that protocol and streaming are independent of Nest', () => {
    const foreign = sources.flatMap(({ path, layer = '', imports }) => {
      const allowed = LAYERS[layer]?.packages;
      return imports
        .filter((specifier) => allowed && isPackage(specifier) && !allowed.test(specifier))
        .map((specifier) => `${path} imports ${specifier}`);
    });
    expect(foreign).toEqual([]);
  });
});
