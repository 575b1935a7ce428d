import { posix } from 'node:path';
import type { Rule } from '@angular-devkit/schematics';
import type ts from 'typescript';
import { Application, installed } from './application.js';
import { addPeers } from './dependencies.js';
import { addFeature, declareIn } from './feature.js';
import { exampleTool } from './tool.js';

interface NestAddOptions {
  readonly sourceRoot: string;
  readonly example?: boolean;
  readonly skipInstall?: boolean;
}

const PEERS = ['@modelcontextprotocol/sdk', 'class-transformer', 'class-validator'] as const;

/** Imports the module in an application's root module, and adds an example. A second run changes nothing. */
export function nestAdd({ sourceRoot, example, skipInstall }: NestAddOptions): Rule {
  return async (tree, context) => {
    const application = new Application(tree, sourceRoot);
    addPeers(tree, context, application, PEERS, skipInstall);
    const importing = application.sourceWith('McpSseModule.forRoot');
    if (importing !== undefined) return context.logger.info(`${importing} imports McpSseModule already.`);

    const expression = importOf(application);
    const typescript = installed<typeof ts>('typescript');
    const root = typescript && application.rootModule(typescript);
    if (!root)
      return context.logger.warn(
        `The root module was not found in ${sourceRoot}. Import the library there by hand:\n` +
          `  import { McpSseModule } from 'nestjs-mcp-sse';\n  imports: [${expression}]`,
      );
    const declaration = {
      property: 'imports',
      symbol: 'McpSseModule',
      from: 'nestjs-mcp-sse',
      expression,
    } as const;
    const isImported = await declareIn(root.file, declaration, tree, context, root.className);
    if (
      isImported &&
      example !== false &&
      !tree.exists(posix.join(posix.dirname(root.file), 'hello.tool.ts'))
    )
      await addFeature(
        exampleTool,
        { name: 'hello', sourceRoot: posix.dirname(root.file), flat: true, skipInstall: true },
        tree,
        context,
      );
  };
}

function importOf({ name, manifest }: Application): string {
  return `McpSseModule.forRoot({
  name: '${name}',
  version: '${manifest.version ?? '1.0.0'}',
  // Without \`auth\`, only clients on this machine may connect, and nothing
  // starts with NODE_ENV=production. Say there who may connect, as in:
  // auth: { jwt: { jwksUri: '…', issuer: '…', audience: '…' } },
})`;
}
