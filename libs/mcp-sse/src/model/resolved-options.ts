import type { McpSseModuleOptions } from './mcp-sse.options.js';

/** Injection token of the {@link ResolvedOptions}. */
export const MCP_OPTIONS = Symbol('nestjs-mcp-sse:options');

/** The options with every default in place. */
export interface ResolvedOptions extends McpSseModuleOptions {
  readonly sse: Readonly<Required<NonNullable<McpSseModuleOptions['sse']>>>;
  readonly limits: Readonly<Required<NonNullable<McpSseModuleOptions['limits']>>>;
  readonly guards: NonNullable<McpSseModuleOptions['guards']>;
  readonly trustedProxies: NonNullable<McpSseModuleOptions['trustedProxies']>;
}
