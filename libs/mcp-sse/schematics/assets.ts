import type { SchematicContext, Tree } from '@angular-devkit/schematics';
import { formattedAsBefore } from './format.js';

interface Options {
  builder?: string | { type?: string };
  webpack?: boolean;
  assets?: (string | { include?: string })[];
  watchAssets?: boolean;
}

interface Project {
  sourceRoot?: string;
  compilerOptions?: Options;
}

const FILE = 'nest-cli.json';
const PAGES = '**/*.html';

/** Has the build copy the pages that stand beside the sources, when they change too, or says what to do by hand. */
export async function copyPages(tree: Tree, context: SchematicContext, sourceRoot: string): Promise<void> {
  const before = tree.exists(FILE) ? tree.readText(FILE) : '{}';
  const configuration = parsed(before);
  if (!configuration)
    // It has comments, which writing it would lose.
    return context.logger.warn(
      `Add to "compilerOptions" in ${FILE} by hand: "assets": ["${PAGES}"], "watchAssets": true`,
    );

  const project = Object.values(configuration.projects ?? {}).find((each) => each.sourceRoot === sourceRoot);
  // A project takes what it has not from the whole.
  const owners = [project, configuration].filter((each) => each !== undefined);
  const options = (name: keyof Options) => owners.find((each) => each.compilerOptions?.[name] !== undefined);
  if (isBundled(options('builder')?.compilerOptions, options('webpack')?.compilerOptions))
    return context.logger.warn(
      'This application is bundled, so its pages are not beside the code that reads them. Return the HTML from the ' +
        'method of an @McpApp() without "file" instead.',
    );
  const owner = options('assets') ?? owners[0]!;
  const assets = owner.compilerOptions?.assets ?? [];
  if (assets.some((asset) => (typeof asset === 'string' ? asset : asset.include) === PAGES)) return;
  const watched = options('watchAssets') === undefined && { watchAssets: true };
  owner.compilerOptions = { ...owner.compilerOptions, assets: [...assets, PAGES], ...watched };
  const text = `${JSON.stringify(configuration, undefined, 2)}\n`;
  if (tree.exists(FILE)) tree.overwrite(FILE, await formattedAsBefore(FILE, before, text));
  else tree.create(FILE, text);
}

function isBundled({ builder }: Options = {}, { webpack }: Options = {}): boolean {
  const type = typeof builder === 'object' ? builder.type : builder;
  return type === undefined ? webpack === true : type === 'webpack' || type === 'rspack';
}

function parsed(text: string): (Project & { projects?: Record<string, Project> }) | undefined {
  try {
    return JSON.parse(text) as Project;
  } catch {
    return undefined;
  }
}
