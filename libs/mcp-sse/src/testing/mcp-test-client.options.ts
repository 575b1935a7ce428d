import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import type { McpEra } from '../model/mcp-context.js';
import type { McpTestRequestOptions } from './test-request.js';

/** What every `McpTestClient` can be told. */
interface McpClientOptions {
  /** Capabilities that the client declares, such as `{ elicitation: {} }`. Default: none. */
  capabilities?: ClientCapabilities;
  /**
   * `legacy` opens a session, in revision 2025-11-25. `modern` speaks revision 2026-07-28, where each request stands for
   * itself, and a handler that asks its client runs again with the answer. Default: `legacy`.
   */
  era?: McpEra;
}

/** How `McpTestClient` connects. */
export interface McpTestClientOptions extends McpClientOptions {
  /** Default: `streamable-http`. HTTP+SSE has the legacy era only. */
  transport?: 'streamable-http' | 'sse';
  /** Headers of every request, such as `{ authorization: 'Bearer …' }`. */
  headers?: Record<string, string>;
}

/** How `McpTestClient` starts an application and connects to it. */
export interface McpTestServerOptions extends McpTestClientOptions {
  /** Path of the endpoint, including the global prefix. Default: `/mcp`, which serves both transports. */
  path?: string;
}

/** How `McpTestClient` connects in memory. */
export interface McpMemoryClientOptions extends McpClientOptions, McpTestRequestOptions {
  /** Name of the server, if the application has several. */
  server?: string;
}
