/** How long, and for whom, clients may keep a result. */
export interface McpCacheHint {
  /** Milliseconds; 0 says that it is stale at once. */
  readonly ttlMs: number;
  /** `public` results are the same for every user, and may be shared between them. */
  readonly scope: 'public' | 'private';
}

/** The hint for a result that is only good for the request that it answers. */
export const NOT_KEPT: McpCacheHint = { ttlMs: 0, scope: 'private' };
