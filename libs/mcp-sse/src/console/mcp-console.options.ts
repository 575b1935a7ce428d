import { ConfigurableModuleBuilder } from '@nestjs/common';

/** Options of `McpConsoleModule.forRoot()`. */
export interface McpConsoleOptions {
  /** Route of the page, without parameters. Default: `console`. */
  path?: string;

  /**
   * Whether the console is served. Default: `true`, but `false` when NODE_ENV is `production`. To enable it there, the
   * server must have authentication.
   */
  enabled?: boolean;

  /**
   * Roles whose holders see every session of their tenant; holders without a tenant see the sessions without one. Everyone
   * else sees the sessions of their own principal. Default: none.
   */
  roles?: readonly string[];

  /**
   * Hides more than the members whose names mark them as secret (`password`, `token`, `secret`, `authorization`, `apiKey`,
   * …): a list of further names, or a function that gets each message with those members already hidden, and returns
   * what to show.
   */
  redact?: readonly string[] | ((message: Readonly<Record<string, unknown>>) => object);
}

/** The options with every default in place. */
export type ResolvedConsoleOptions = Readonly<Required<McpConsoleOptions>>;

/** Injection token of the {@link ResolvedConsoleOptions}. */
export const CONSOLE_OPTIONS = Symbol('nestjs-mcp-sse:console-options');

/** The one place where the console's options get their defaults. */
export function resolveConsoleOptions(options: McpConsoleOptions): ResolvedConsoleOptions {
  return {
    path: options.path ?? 'console',
    enabled: options.enabled ?? process.env['NODE_ENV'] !== 'production',
    roles: options.roles ?? [],
    redact: options.redact ?? [],
  };
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<McpConsoleOptions>().setClassMethodName('forRoot').build();

/** Injection token of the `ObservedServer` that the console shows. */
export const CONSOLE_SERVER = Symbol('nestjs-mcp-sse:console-server');
