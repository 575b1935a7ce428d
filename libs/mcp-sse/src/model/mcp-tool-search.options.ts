/**
 * Lists few tools to clients that may use many: `search_tools`, which finds the others, `call_tool`, which calls them, and
 * the pinned ones. Each tool can still be called by its own name.
 */
export interface McpToolSearchOptions {
  /** The number of tools that a client may use above which it applies, 40 by default. */
  above?: number;
  /** Names of tools that are always listed. None by default. */
  pinned?: readonly string[];
  /** Tools that a search returns at most, 5 by default. */
  maxResults?: number;
  /** Bytes of JSON that these take at most, 32 KiB by default. The best one is returned whatever its size. */
  maxBytes?: number;
}
