import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Application } from './pairs.js';
import type { Project } from './project.js';

const JEST = ['jest', 'ts-jest', '@types/jest'];
const VITEST = ['vitest', '@vitest/coverage-v8', 'vite-tsconfig-paths'];
const CONFIGURATIONS = ['jest.config.ts', 'test/jest-e2e.json', 'vitest.config.ts', 'vitest.config.e2e.ts'];
const SPECS = { test: String.raw`\.spec\.ts$`, 'test:e2e': String.raw`\.e2e-spec\.ts$` };

/** What swc does as TypeScript does with the options that `nest new` sets. */
const SWC = {
  target: 'es2023',
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
  keepClassNames: true,
};

/** Sets the test runner up as its documentation says, unless the generator has. */
export function useRunner(project: Project, application: Application): void {
  if (application.runner === 'Vitest')
    project.replace('test/desk.e2e-spec.ts', 'nestjs-mcp-sse/testing/jest', 'nestjs-mcp-sse/testing/vitest');
  if (application.runner === generatedRunner(application)) return;
  project.manifest((manifest) => {
    delete manifest['jest'];
    for (const name of [...JEST, ...VITEST]) delete manifest.devDependencies[name];
  });
  for (const file of CONFIGURATIONS) rmSync(join(project.folder, file), { force: true });
  if (application.runner === 'Vitest') useVitest(project);
  else useJest(project, application);
}

function generatedRunner({ nest, modules }: Application): Application['runner'] | undefined {
  if (nest === '11') return modules === 'CommonJS' ? 'ts-jest' : undefined;
  return modules === 'CommonJS' ? 'ts-jest' : 'Vitest';
}

function useVitest(project: Project): void {
  project.manifest(({ devDependencies, scripts }) => {
    devDependencies['vitest'] = '^4.1.2';
    for (const [script, config] of [
      ['test', 'vitest.config.mjs'],
      ['test:e2e', 'vitest.config.e2e.mjs'],
    ] as const) {
      scripts[script] = `vitest run --config ./${config}`;
      const include = script === 'test' ? '**/*.spec.ts' : '**/*.e2e-spec.ts';
      const test = { globals: true, root: './', include: [include] };
      project.write(
        config,
        `import { defineConfig } from 'vitest/config';\n\nexport default defineConfig(${JSON.stringify({ test })});\n`,
      );
    }
  });
  useGlobals(project, 'vitest/globals');
}

function useJest(project: Project, { nest, modules, runner }: Application): void {
  const esm = modules === 'ESM';
  project.manifest(({ devDependencies, scripts }) => {
    Object.assign(devDependencies, { jest: '^30.0.0', '@types/jest': '^30.0.0' });
    Object.assign(
      devDependencies,
      runner === 'ts-jest' ? { 'ts-jest': '^29.4.0' } : { '@swc/core': '^1.16.0', '@swc/jest': '^0.2.39' },
    );
    for (const [script, testRegex] of Object.entries(SPECS)) {
      const file = script === 'test' ? 'jest.config.json' : 'test/jest-e2e.json';
      const flag = esm || nest === '12' ? '--experimental-vm-modules ' : '';
      scripts[script] = `node ${flag}node_modules/jest/bin/jest.js --config ${file}`;
      const config = {
        moduleFileExtensions: ['js', 'json', 'ts'],
        rootDir: script === 'test' ? 'src' : '.',
        testRegex,
        transform: { [String.raw`^.+\.(t|j)s$`]: transform(runner, esm) },
        testEnvironment: 'node',
        ...(esm && {
          extensionsToTreatAsEsm: ['.ts'],
          moduleNameMapper: { [String.raw`^(\.{1,2}/.*)\.js$`]: '$1' },
        }),
      };
      project.write(file, JSON.stringify(config, undefined, 2));
    }
  });
  useGlobals(project, 'jest');
}

function transform(runner: Application['runner'], esm: boolean): unknown {
  if (runner === 'ts-jest') return esm ? ['ts-jest', { useESM: true }] : 'ts-jest';
  return ['@swc/jest', { jsc: SWC, module: { type: esm ? 'es6' : 'commonjs' } }];
}

function useGlobals(project: Project, types: string): void {
  project.json<{ compilerOptions: { types?: string[] } }>('tsconfig.json', ({ compilerOptions }) => {
    compilerOptions.types = ['node', types];
  });
}
