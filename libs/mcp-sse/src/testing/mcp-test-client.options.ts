import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';

/** How `McpTestClient` connects. */
export interface McpTestClientOptions {
  /** `streamable-http` unless given. */
  transport?: 'streamable-http' | 'sse';
  /** Headers of every request, such as `{ authorization: 'Bearer …' }`. */
  headers?: Record<string, string>;
  /** What the client declares to be able to, such as `{ elicitation: {} }`; nothing unless given. */
  capabilities?: ClientCapabilities;
}
