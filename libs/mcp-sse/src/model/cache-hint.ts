/**
 * How long, and for whom, clients may keep a result. Clients of the legacy era are not told.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching
 */
export interface McpCacheHint {
  /** Milliseconds that a client may take the result for fresh, a whole number; 0 says that it is stale at once. */
  readonly ttlMs: number;
  /** `public` results are the same for every caller, and may be shared between them; `private` ones are not shared. */
  readonly scope: 'public' | 'private';
}

/** The hint for a result that is only good for the request that it answers. */
export const NOT_KEPT: McpCacheHint = { ttlMs: 0, scope: 'private' };
