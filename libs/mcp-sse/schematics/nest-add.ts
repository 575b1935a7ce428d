import { posix } from 'node:path';
import type { Rule } from '@angular-devkit/schematics';
import { Application } from './application.js';
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
    const root = application.rootModule();
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
    if (!(await declareIn(root.file, declaration, tree, context, root.className))) return;
    const folder = posix.dirname(root.file);
    if (example !== false && !tree.exists(posix.join(folder, 'hello.tool.ts')))
      await addFeature(
        exampleTool,
        { name: 'hello', sourceRoot: folder, flat: true, module: root.file },
        tree,
        context,
      );
    context.logger.info(
      'Start the application, and clients connect to /mcp. Add to it: nest g -c nestjs-mcp-sse tool orders/find',
    );
  };
}

function importOf({ name, manifest }: Application): string {
  return `McpSseModule.forRoot({
  name: '${name}',
  version: '${manifest.version ?? '1.0.0'}',
  // Without \`auth\`, only clients on this machine may connect, and the
  // application does not start with NODE_ENV=production. There, say who may:
  // auth: { jwt: { jwksUri: '…', issuer: '…', audience: '…' } },
})`;
}
