import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = 'libs/mcp-sse/src';

/** A source file of the library. */
export interface LibrarySource {
  /** Below `libs/mcp-sse/src`, with slashes: `sessions/mcp-session.ts`. */
  readonly path: string;
  /** The modules that it imports or re-exports from, as written, including types. */
  readonly imports: readonly string[];
  /** Those of the modules that are loaded when the file is. */
  readonly loads: readonly string[];
}

/** Every source file of the library except specs. */
export function librarySources(): LibrarySource[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = ts
        .preProcessFile(text, true, true)
        .importedFiles.map(({ fileName }) => fileName)
        // Extending the types of a module imports nothing.
        .filter((fileName) => !text.includes(`declare module '${fileName}'`));
      return { path, imports, loads: loadedBy(path, text) };
    });
}

function loadedBy(path: string, text: string): string[] {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement);
    if (!isImport && !ts.isExportDeclaration(statement)) return [];
    const isType = isImport ? statement.importClause?.isTypeOnly : statement.isTypeOnly;
    const { moduleSpecifier } = statement;
    return moduleSpecifier && !isType ? [(moduleSpecifier as ts.StringLiteral).text] : [];
  });
}

/** Whether an import names a package, not a file or a module of Node. */
export function isPackage(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:');
}

/** The package that an import names: `@nestjs/core` of `@nestjs/core/injector/module.js`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
