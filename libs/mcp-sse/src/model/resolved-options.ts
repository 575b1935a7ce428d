import type { McpSseModuleOptions } from './mcp-sse.options.js';

/** Injection token of the {@link ResolvedOptions}. */
export const MCP_OPTIONS = Symbol('nestjs-mcp-sse:options');

type HttpOptions = Exclude<McpSseModuleOptions['http'], false | undefined>;

/** The options with every default in place. */
export interface ResolvedOptions extends McpSseModuleOptions {
  readonly sse: Readonly<Required<NonNullable<McpSseModuleOptions['sse']>>>;
  readonly http: false | Required<HttpOptions>;
  readonly replay: Readonly<Required<NonNullable<McpSseModuleOptions['replay']>>>;
  readonly drain: Readonly<Required<NonNullable<McpSseModuleOptions['drain']>>>;
  readonly limits: Readonly<Required<NonNullable<McpSseModuleOptions['limits']>>>;
  readonly audit: NonNullable<McpSseModuleOptions['audit']>;
  readonly guards: NonNullable<McpSseModuleOptions['guards']>;
  readonly trustedProxies: NonNullable<McpSseModuleOptions['trustedProxies']>;
}
