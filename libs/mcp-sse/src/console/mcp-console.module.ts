import { type DynamicModule, Logger, Module, type Provider, type Type } from '@nestjs/common';
import { NestErrorReporter } from '../execution/nest-error-reporter.js';
import { ERROR_REPORTER } from '../model/error-reporter.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS } from '../model/resolved-options.js';
import { ObservedServer } from '../observability/observed-server.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  CONSOLE_OPTIONS,
  CONSOLE_SERVER,
  type McpConsoleOptions,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
  resolveConsoleOptions,
  type ResolvedConsoleOptions,
} from './mcp-console.options.js';
import { createConsoleController } from './console.controller.js';
import { CONSOLE_ROUTES, consolePath, setConsolePath } from './console.routes.js';
import { ConsoleViewers } from './console.viewers.js';

interface ServerName {
  /** Name of the server that the console shows; needed if the application has several. */
  server?: string;
}

/**
 * A web page that lists the server's tools, resources and prompts with forms to call them, the open sessions, and the
 * messages of a session as they arrive. Viewers authenticate as clients do, and see the sessions of their own principal.
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
  // The server's guards also guard its console.
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
            new Logger('McpConsoleModule').log('The console is disabled. Set "enabled" to serve it.');
          return setConsolePath(controller, path);
        },
      },
    ],
  };
}

function missing(server: string | undefined): never {
  throw new McpConfigurationError(
    server === undefined
      ? 'McpConsoleModule found no McpSseModule. Import McpSseModule.forRoot() too.'
      : `McpConsoleModule found no McpSseModule with the name "${server}". Give the same "name" to its forRoot() or forRootAsync().`,
  );
}
