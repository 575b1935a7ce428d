import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import ts from 'typescript';
import { codeBlocks, fileOf } from '../fixtures/readme-blocks.js';

const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Files of the Nest CLI and of the library's generators that the pages import. */
const GENERATED: Readonly<Record<string, string>> = {
  'app.controller.ts': 'export class AppController {}',
  'app.service.ts': 'export class AppService {}',
  'app.module.ts': 'export class AppModule {}',
  'hello.tool.ts': 'export class HelloTool {}',
  // Vitest's template also makes these global.
  'globals.d.ts': `declare global {
    const { describe, it, expect, beforeAll, beforeEach, afterAll, afterEach }: typeof import('@jest/globals');
  }
  export {};`,
};

/** The compiler settings of applications of the Nest CLI. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  strictPropertyInitialization: false,
  isolatedModules: true,
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pages-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is accepted by the compiler, on every page', () => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile) as {
    config: { compilerOptions: { paths: Record<string, string[]> } };
  };
  const files = PAGES.flatMap(writePage);
  const program = ts.createProgram(files, {
    ...OPTIONS,
    paths: config.compilerOptions.paths,
    pathsBasePath: resolve('.'),
  });
  const sources = files.map((file) => program.getSourceFile(file)!);
  const diagnostics = sources.flatMap((source) => ts.getPreEmitDiagnostics(program, source));
  const problems = diagnostics.map(({ file, start, messageText }) => {
    const line = file!.getLineAndCharacterOfPosition(start!).line + 1;
    return `${file!.fileName.slice(folder.length)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  expect(problems).toEqual([]);
}, 120_000);

/** Writes the TypeScript of a page into its own folder. @returns the files */
function writePage(page: string): string[] {
  const root = join(folder, page.replace('.md', ''), 'src');
  const blocks = codeBlocks(page).filter(({ language }) => language === 'ts');
  const files = { ...GENERATED, ...Object.fromEntries(blocks.map(({ code }) => [fileOf(code), code])) };
  return Object.entries(files).map(([name, code]) => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
    return path;
  });
}
