import type { SetUp } from './installation.js';
import { NPM, PNPM, YARN, YARN_PNP } from './package-managers.js';

/** A way to turn an application into what Node runs. */
export interface Build {
  readonly title: string;
  /** In the place of the generator's. */
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** A program and its arguments. */
  readonly line: string;
  /** Whether it must see the HTTP adapter in the code: bundlers do not, where Nest finds it by itself. */
  readonly namesAdapter?: boolean;
  /** What Node runs then. */
  readonly main: string;
}

const TSC = { line: 'nest build', main: 'dist/main.js' };
/** What the CLI asks for besides the bundler; version 11 brings it. */
const PACKERS = {
  webpack: '^5.105.4',
  'ts-loader': '^9.5.4',
  'fork-ts-checker-webpack-plugin': '^9.1.0',
  'tsconfig-paths-webpack-plugin': '^4.2.0',
  'webpack-node-externals': '^3.0.0',
};
const NODE16 = { module: 'node16', moduleResolution: 'node16' };
const SWC: Build = {
  title: 'swc',
  devDependencies: { '@swc/cli': '^0.8.0', '@swc/core': '^1.16.0' },
  line: 'nest build --builder swc --type-check',
  main: 'dist/main.js',
};
const WEBPACK: Build = {
  title: 'webpack',
  devDependencies: PACKERS,
  line: 'nest build --builder webpack',
  main: 'dist/main.js',
};
const RSPACK: Build = {
  title: 'rspack',
  devDependencies: { ...PACKERS, '@rspack/core': '^2.1.10' },
  line: 'nest build --builder rspack',
  main: 'dist/main.js',
};
const OPTIONAL = ['microservices', 'websockets'].map((name) => `--external:@nestjs/${name}`).join(' ');
/** esbuild emits no types of parameters, so it bundles what the builder before it made. */
const ESBUILD = { title: 'esbuild', devDependencies: { esbuild: '^0.28.2' }, namesAdapter: true };
/** Express is CommonJS. */
const REQUIRE = `--banner:js='import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);'`;
const ESBUILD_LINE = `esbuild dist/main.js --bundle --platform=node --target=node20 ${OPTIONAL}`;
const DEFAULT = { title: 'tsc, nodenext', ...TSC };

export const BUILT: readonly SetUp[] = [
  {
    pair: { nest: '11', modules: 'CommonJS', adapter: 'Express', node: '20.19.0', runner: 'ts-jest' },
    manager: NPM,
    builds: [
      {
        title: 'tsc, node10',
        ...TSC,
        compilerOptions: { module: 'commonjs', moduleResolution: 'node10', resolvePackageJsonExports: false },
      },
      { title: 'tsc, node16', ...TSC, compilerOptions: NODE16 },
      SWC,
      WEBPACK,
      {
        ...ESBUILD,
        line: `${ESBUILD_LINE} --format=cjs --outfile=bundle/main.cjs`,
        main: 'bundle/main.cjs',
      },
    ],
  },
  {
    pair: { nest: '12', modules: 'ESM', adapter: 'Express', node: '24', runner: 'Vitest' },
    manager: NPM,
    builds: [
      { title: 'tsc, node16', ...TSC, compilerOptions: NODE16 },
      { title: 'tsc, bundler', ...TSC, compilerOptions: { module: 'esnext', moduleResolution: 'bundler' } },
      SWC,
      RSPACK,
      {
        ...ESBUILD,
        line: `${ESBUILD_LINE} ${REQUIRE} --format=esm --outfile=bundle/main.mjs`,
        main: 'bundle/main.mjs',
      },
    ],
  },
  {
    pair: { nest: '12', modules: 'CommonJS', adapter: 'Express', node: '20.19.0', runner: 'ts-jest' },
    manager: NPM,
    builds: [SWC, WEBPACK, RSPACK],
  },
  {
    pair: { nest: '11', modules: 'CommonJS', adapter: 'Express', node: '22', runner: 'ts-jest' },
    manager: PNPM,
    builds: [DEFAULT],
  },
  {
    pair: { nest: '12', modules: 'ESM', adapter: 'Fastify', node: '24', runner: 'Vitest' },
    manager: PNPM,
    builds: [DEFAULT],
  },
  {
    pair: { nest: '11', modules: 'CommonJS', adapter: 'Express', node: '22', runner: 'ts-jest' },
    manager: YARN,
    builds: [DEFAULT],
  },
  {
    pair: { nest: '11', modules: 'CommonJS', adapter: 'Fastify', node: '22', runner: 'ts-jest' },
    manager: YARN_PNP,
    builds: [DEFAULT],
  },
];
