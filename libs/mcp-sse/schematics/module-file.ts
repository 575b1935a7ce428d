import type ts from 'typescript';

type TypeScript = typeof ts;

/** What to add to the metadata of a module. */
export interface Declaration {
  readonly property: 'imports' | 'providers';
  /** The class, which the file must import. */
  readonly symbol: string;
  readonly from: string;
  /** The element of the list, if it is not the class itself. */
  readonly expression?: string;
}

/** The module's file cannot be edited; the message says why. */
export class UnusualModuleError extends Error {}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Adds to the first module of a file, and leaves the rest of the text as it is.
 * @param className of the module, if it must have this name
 * @throws UnusualModuleError
 */
export function declare(
  typescript: TypeScript,
  text: string,
  declaration: Declaration,
  className?: string,
): string {
  return new ModuleFile(typescript, text).declare(declaration, className);
}

class ModuleFile {
  private readonly file: ts.SourceFile;
  private readonly lineEnd: string;

  constructor(
    private readonly typescript: TypeScript,
    private readonly text: string,
  ) {
    this.file = typescript.createSourceFile('a.module.ts', text, typescript.ScriptTarget.Latest, true);
    this.lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  }

  declare(declaration: Declaration, className?: string): string {
    const metadata = this.metadata(className);
    if (!metadata) throw new UnusualModuleError('it has no class with @Module({ … })');
    const added = this.element(metadata, declaration);
    if (!added) return this.text;
    const imported = this.import(declaration);
    const edits = imported ? [added, imported] : [added];
    // From the last to the first, so that the positions stay right.
    return edits
      .toSorted((one, other) => other.start - one.start)
      .reduce(
        (text, { start, end, text: inserted }) =>
          text.slice(0, start) + inserted.replaceAll('\n', this.lineEnd) + text.slice(end),
        this.text,
      );
  }

  /** The argument of `@Module()`. */
  private metadata(className?: string): ts.ObjectLiteralExpression | undefined {
    const { typescript } = this;
    for (const statement of this.file.statements) {
      if (!typescript.isClassDeclaration(statement)) continue;
      if (className !== undefined && statement.name?.text !== className) continue;
      for (const { expression } of typescript.getDecorators(statement) ?? []) {
        if (!typescript.isCallExpression(expression) || expression.expression.getText() !== 'Module')
          continue;
        const [argument] = expression.arguments;
        if (argument && typescript.isObjectLiteralExpression(argument)) return argument;
      }
    }
    return undefined;
  }

  private element(
    metadata: ts.ObjectLiteralExpression,
    { property, symbol, expression = symbol }: Declaration,
  ): Edit | undefined {
    const { typescript } = this;
    const present = metadata.properties.find(({ name }) => name && nameOf(name) === property);
    if (!present) {
      if (metadata.properties.some((each) => typescript.isSpreadAssignment(each)))
        throw new UnusualModuleError(`its @Module() has another object's properties`);
      return this.property(metadata, property, expression);
    }
    if (
      !typescript.isPropertyAssignment(present) ||
      !typescript.isArrayLiteralExpression(present.initializer)
    )
      throw new UnusualModuleError(`its "${property}" is not a list in brackets`);
    const list = present.initializer;
    const texts = list.elements.map((each) => each.getText());
    if (texts.some((each) => each === symbol || each.startsWith(`${symbol}.`))) return undefined;
    const indentation = this.indentationOf(present.getStart());
    // A list in one line has no room for an element of several.
    const isWide = expression.includes('\n') && !this.isSpread(list);
    if (isWide || texts.length === 0) {
      const all = isWide ? listOf(texts, expression, indentation) : `[${expression}]`;
      return { start: list.getStart(), end: list.end, text: all };
    }
    return this.after(list.elements, expression);
  }

  /** A property that the metadata does not have. Imports come first, as in the modules that Nest generates. */
  private property(metadata: ts.ObjectLiteralExpression, property: string, expression: string): Edit {
    const outer = this.indentationOf(metadata.getStart());
    const inner = `${outer}  `;
    const list = expression.includes('\n') ? listOf([], expression, inner) : `[${expression}]`;
    const [first] = metadata.properties;
    const last = metadata.properties.at(-1);
    if (!first || !last)
      return {
        start: metadata.getStart(),
        end: metadata.end,
        text: `{\n${inner}${property}: ${list},\n${outer}}`,
      };
    if (property !== 'imports') return this.after(metadata.properties, `${property}: ${list}`);
    const separator = this.isSpread(metadata) ? `\n${this.indentationOf(first.getStart())}` : ' ';
    return { start: first.getStart(), end: first.getStart(), text: `${property}: ${list},${separator}` };
  }

  /** Imports the class, unless it is imported. */
  private import({ symbol, from }: Declaration): Edit | undefined {
    const { typescript } = this;
    const imports = this.file.statements.filter((each) => typescript.isImportDeclaration(each));
    for (const each of imports)
      for (const { name } of this.namesOf(each) ?? [])
        if (name.text === symbol) {
          if (specifierOf(each) === from) return undefined;
          throw new UnusualModuleError(`it imports another ${symbol}, from '${specifierOf(each)}'`);
        }
    const declared = this.file.statements.filter((each) => typescript.isClassDeclaration(each));
    if (declared.some(({ name }) => name?.text === symbol))
      throw new UnusualModuleError(`it declares another ${symbol}`);

    const same = imports.find((each) => specifierOf(each) === from && this.namesOf(each)?.length);
    if (same) return this.after(this.namesOf(same)!, symbol);
    return this.importLine(imports, symbol, from);
  }

  private importLine(imports: readonly ts.ImportDeclaration[], symbol: string, from: string): Edit {
    const quote = imports[0]?.moduleSpecifier.getText()[0] ?? "'";
    const semicolon = imports.length === 0 || imports[0]!.getText().endsWith(';') ? ';' : '';
    const line = `import { ${symbol} } from ${quote}${from}${quote}${semicolon}`;
    // Packages come before files.
    const before = from.startsWith('.')
      ? imports
      : imports.filter((each) => !specifierOf(each).startsWith('.'));
    const last = before.at(-1);
    if (last) return { start: last.end, end: last.end, text: `\n${line}` };
    const start = imports[0]?.getStart() ?? 0;
    return { start, end: start, text: `${line}\n` };
  }

  /** The names that an import has in braces; nothing if it imports only types. */
  private namesOf({ importClause }: ts.ImportDeclaration): ts.NodeArray<ts.ImportSpecifier> | undefined {
    const bindings = importClause?.namedBindings;
    if (!bindings || importClause.isTypeOnly || !this.typescript.isNamedImports(bindings)) return undefined;
    return bindings.elements;
  }

  private after(elements: ts.NodeArray<ts.Node>, added: string): Edit {
    const last = elements.at(-1)!;
    if (!this.isSpread(last.parent)) return { start: last.end, end: last.end, text: `, ${added}` };
    const line = `\n${indented(added, this.indentationOf(last.getStart()))}`;
    // A comment stays beside the element before it.
    const lineEnd = this.text.slice(elements.end, last.parent.end).search(/\r?\n/);
    if (!elements.hasTrailingComma || lineEnd < 0)
      return { start: last.end, end: last.end, text: `,${line}` };
    return { start: elements.end + lineEnd, end: elements.end + lineEnd, text: `${line},` };
  }

  /** Whether the braces or brackets stand on lines of their own. */
  private isSpread(node: ts.Node): boolean {
    return /^[[{]\s*\n/.test(node.getText());
  }

  private indentationOf(position: number): string {
    const start = this.text.lastIndexOf('\n', position - 1) + 1;
    return /^[ \t]*/.exec(this.text.slice(start))![0];
  }
}

/** A list with a line for each element. */
function listOf(before: readonly string[], added: string, outer: string): string {
  const inner = `${outer}  `;
  const lines = [...before.map((each) => inner + each), indented(added, inner)];
  return `[\n${lines.map((line) => `${line},\n`).join('')}${outer}]`;
}

function indented(text: string, indentation: string): string {
  return indentation + text.replaceAll('\n', `\n${indentation}`);
}

function nameOf(name: ts.PropertyName): string {
  return name.getText().replaceAll(/['"]/g, '');
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return moduleSpecifier.getText().slice(1, -1);
}
