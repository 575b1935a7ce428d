export const NEST = ['11', '12'] as const;
export const MODULES = ['CommonJS', 'ESM'] as const;
export const ADAPTERS = ['Express', 'Fastify'] as const;
/** The lowest that the library runs on, and the latest of each release line. */
export const NODES = ['20.19.0', '20', '22', '24', '26'] as const;
export const RUNNERS = ['ts-jest', '@swc/jest', 'Vitest'] as const;

/** An application as its developers set it up. */
export interface Application {
  /** The CLI that generates the application is of the same version. */
  readonly nest: (typeof NEST)[number];
  readonly modules: (typeof MODULES)[number];
  readonly adapter: (typeof ADAPTERS)[number];
  readonly runner: (typeof RUNNERS)[number];
  /** The lowest release of Nest that the library runs on. The latest if undefined. */
  readonly lowest?: string;
}

/** An application, and the Node with which it is installed, built, tested and run. */
export interface Pair extends Application {
  readonly node: (typeof NODES)[number];
}

/** Two pairs that are far from each other, for each change. */
export const QUICK: readonly Pair[] = [
  pair('11', 'CommonJS', 'Express', '20', 'ts-jest'),
  pair('12', 'ESM', 'Fastify', '22', 'Vitest'),
];

/** Each value stands beside each other value at least once; see pairs.spec.ts. */
export const PAIRS: readonly Pair[] = [
  ...QUICK,
  { ...pair('11', 'CommonJS', 'Fastify', '20.19.0', '@swc/jest'), lowest: '11.1.0' },
  pair('11', 'CommonJS', 'Express', '22', '@swc/jest'),
  pair('11', 'CommonJS', 'Fastify', '26', 'Vitest'),
  pair('11', 'ESM', 'Express', '24', 'Vitest'),
  pair('11', 'ESM', 'Express', '26', 'ts-jest'),
  pair('12', 'CommonJS', 'Fastify', '20.19.0', 'Vitest'),
  pair('12', 'CommonJS', 'Express', '24', 'ts-jest'),
  { ...pair('12', 'ESM', 'Express', '20.19.0', 'Vitest'), lowest: '12.0.1' },
  pair('12', 'ESM', 'Fastify', '20', 'ts-jest'),
  pair('12', 'ESM', 'Express', '22', 'ts-jest'),
  pair('12', 'ESM', 'Fastify', '24', '@swc/jest'),
  pair('12', 'ESM', 'Express', '26', '@swc/jest'),
];

/** Jest loads the ES modules of Nest 12 into CommonJS from Node 24.9 on. */
export function isPlausible({ nest, modules, node, runner }: Pair): boolean {
  return !(nest === '12' && modules === 'CommonJS' && runner !== 'Vitest' && Number.parseInt(node, 10) < 24);
}

/** Whether Nest can exit with 0 after a signal. Before 11.1.10 it ends the process by the same signal again. */
export function exitsByItself({ lowest }: Application): boolean {
  return lowest !== '11.1.0';
}

export function titleOf({ nest, lowest = nest, modules, adapter, node, runner }: Pair): string {
  return `Nest ${lowest}, ${modules}, ${adapter}, Node ${node}, ${runner}`;
}

function pair(
  nest: Pair['nest'],
  modules: Pair['modules'],
  adapter: Pair['adapter'],
  node: Pair['node'],
  runner: Pair['runner'],
): Pair {
  return { nest, modules, adapter, node, runner };
}
