import { Logger, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { NestErrorReporter } from '../execution/nest-error-reporter.js';
import { ERROR_REPORTER } from '../model/error-reporter.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS } from '../model/resolved-options.js';
import { ObservedServer } from '../observability/observed-server.js';
import { consolePath } from './console-path.js';
import { CONSOLE_SERVER } from './console-server.js';
import { CONSOLE_ROUTES, createConsoleController, setConsolePath } from './console.controller.js';
import { resolveConsoleOptions } from './console.defaults.js';
import { ConsoleViewers } from './console.viewers.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './mcp-console.module-definition.js';
import type { McpConsoleOptions } from './mcp-console.options.js';
import { CONSOLE_OPTIONS, type ResolvedConsoleOptions } from './resolved-console-options.js';

/** With several servers in one application: the name of the one that the console is for. */
interface ServerName {
  server?: string;
}

/**
 * A page for people: what the server offers, with forms to call it; who is connected; and the messages of a session as
 * they come and go. Whoever looks at it is authenticated as a client of the server is, and sees his own sessions.
 *
 * ```ts
 * imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' }), McpConsoleModule.forRoot()]
 * ```
 */
@Module({})
export class McpConsoleModule extends ConfigurableModuleClass {
  static override forRoot({ server, ...options }: typeof OPTIONS_TYPE & ServerName = {}): DynamicModule {
    return completed(super.forRoot(options), server);
  }

  static override forRootAsync({
    server,
    ...options
  }: typeof ASYNC_OPTIONS_TYPE & ServerName): DynamicModule {
    return completed(super.forRootAsync(options), server);
  }
}

const PROVIDERS: Provider[] = [
  ConsoleViewers,
  { provide: ERROR_REPORTER, useClass: NestErrorReporter },
  {
    provide: CONSOLE_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: McpConsoleOptions) => resolveConsoleOptions(options),
  },
  // The guards of the server guard its console.
  { provide: MCP_OPTIONS, inject: [CONSOLE_SERVER], useFactory: ({ options }: ObservedServer) => options },
];

function completed(module: DynamicModule, server?: string): DynamicModule {
  const controller = createConsoleController();
  return {
    ...module,
    controllers: [controller] as Type[],
    providers: [
      ...(module.providers ?? []),
      ...PROVIDERS,
      {
        provide: CONSOLE_SERVER,
        inject: [
          { token: server === undefined ? ObservedServer : ObservedServer.token(server), optional: true },
        ],
        useFactory: (found?: ObservedServer) => found ?? missing(server),
      },
      {
        provide: CONSOLE_ROUTES,
        inject: [CONSOLE_OPTIONS, CONSOLE_SERVER],
        useFactory: (options: ResolvedConsoleOptions, { options: serverOptions }: ObservedServer) => {
          const path = consolePath(options, serverOptions);
          if (!path)
            new Logger('McpConsoleModule').log('There is no console: "enabled" says when there is one.');
          return setConsolePath(controller, path);
        },
      },
    ],
  };
}

function missing(server: string | undefined): never {
  throw new McpConfigurationError(
    server === undefined
      ? 'McpConsoleModule finds no McpSseModule. Import McpSseModule.forRoot() too.'
      : `McpConsoleModule finds no McpSseModule with the name "${server}". Give the same "name" to its forRoot() or forRootAsync().`,
  );
}
