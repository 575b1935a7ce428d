import { posix } from 'node:path';
import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import type ts from 'typescript';
import { Application, installed } from './application.js';
import { copyPages } from './assets.js';
import { addPeers } from './dependencies.js';
import { formatted, formattedAsBefore } from './format.js';
import { declare, UnusualModuleError, type Declaration } from './module-file.js';
import { namesOf, type NameOptions, type Names } from './names.js';

interface FeatureOptions extends NameOptions {
  /** The file of the module to add the class to; the nearest by default. */
  readonly module?: string;
  readonly spec?: boolean;
  readonly specFileSuffix?: string;
  readonly skipImport?: boolean;
  readonly skipInstall?: boolean;
  readonly language?: string;
}

/** What a kind of feature generates. */
export interface Feature {
  /** Of the file, as in `find.tool.ts`. */
  readonly kind: string;
  /** Whether its class uses class-validator. */
  readonly validates?: boolean;
  source(names: Names, isEsm: boolean): string;
  /** The HTML file beside the class, if there is one. */
  page?(names: Names): string;
  /** The tests, in which `mcp` is the client. */
  tests(names: Names): string;
}

/** The schematic of a kind of feature. */
export function generate(feature: Feature): (options: FeatureOptions) => Rule {
  return (options) => async (tree, context) => addFeature(feature, options, tree, context);
}

/** Generates the files of a feature, and adds its class to the nearest module. */
export async function addFeature(
  feature: Feature,
  options: FeatureOptions,
  tree: Tree,
  context: SchematicContext,
): Promise<void> {
  if (options.language === 'js') throw new Error('nestjs-mcp-sse generates TypeScript only.');
  const names = namesOf(options);
  const application = new Application(tree, options.sourceRoot);
  const module = options.module ?? application.nearestModule(names.folder);
  const ending = application.importEnding(module);
  const file = posix.join(names.folder, `${names.file}.${feature.kind}`);
  const className = classOf(feature, names);
  tree.create(`${file}.ts`, await formatted(`${file}.ts`, feature.source(names, application.isEsm)));
  if (feature.page) {
    const page = posix.join(names.folder, `${names.file}.html`);
    tree.create(page, await formatted(page, feature.page(names)));
    await copyPages(tree, context, options.sourceRoot);
  }
  if (options.spec !== false) {
    const spec = `${file}.${options.specFileSuffix || 'spec'}.ts`;
    tree.create(spec, await formatted(spec, specOf(feature, names, ending, application.depends('vitest'))));
  }
  if (feature.validates)
    addPeers(tree, context, application, ['class-transformer', 'class-validator'], options.skipInstall);
  if (options.skipImport) return;
  if (!module)
    return context.logger.warn(`No module was found. Add ${className} to the "providers" of a module.`);
  const path = posix.relative(posix.dirname(module), file);
  const from = (path.startsWith('.') ? path : `./${path}`) + ending;
  await declareIn(module, { property: 'providers', symbol: className, from }, tree, context);
}

/** Adds to the metadata of a module, or says what to write there by hand. */
export async function declareIn(
  file: string,
  declaration: Declaration,
  tree: Tree,
  context: SchematicContext,
  className?: string,
): Promise<boolean> {
  const before = tree.readText(file);
  try {
    const typescript = installed<typeof ts>('typescript');
    if (!typescript?.createSourceFile) throw new UnusualModuleError('there is no TypeScript to read it with');
    const text = declare(typescript, before, declaration, className);
    if (text !== before) tree.overwrite(file, await formattedAsBefore(file, before, text));
    return true;
  } catch (error) {
    if (!(error instanceof UnusualModuleError)) throw error;
    const { property, symbol, from, expression = symbol } = declaration;
    context.logger.warn(
      `${file} was not changed, because ${error.message}. Write there by hand:\n` +
        `  import { ${symbol} } from '${from}';\n  ${property}: [${expression}]`,
    );
    return false;
  }
}

function classOf({ kind }: Feature, { pascal }: Names): string {
  return `${pascal}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

function specOf(feature: Feature, names: Names, ending: string, isVitest: boolean): string {
  const className = classOf(feature, names);
  // Vitest has globals only where it is told to; Jest has them unless it is told otherwise.
  const globals = isVitest ? `import { afterAll, beforeAll, describe, expect, it } from 'vitest';\n` : '';
  return `import { Test } from '@nestjs/testing';
import { McpSseModule } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
${globals}import { ${className} } from './${names.file}.${feature.kind}${ending}';

describe('${className}', () => {
  let mcp: McpTestClient;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [McpSseModule.forRoot({ name: 'test', version: '1.0.0' })],
      providers: [${className}],
    }).compile();
    mcp = await McpTestClient.inMemory(module);
  });

  afterAll(() => mcp.close());

${feature.tests(names)}});
`;
}
