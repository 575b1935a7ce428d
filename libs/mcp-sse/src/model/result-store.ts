/** Limits of what a store keeps for one owner. */
export interface ResultStoreLimits {
  /** Milliseconds after which a text is gone. */
  readonly ttlMs: number;
  /** Bytes of all texts of an owner. The oldest make room for a new one. */
  readonly maxBytes: number;
}

/**
 * Texts that are kept for a while, each for its owner alone. Every call may reject with `ClusterUnavailableError` if
 * nodes share the store.
 */
export interface ResultStore {
  /** @returns whether it is kept: there may be no room for it */
  keep(owner: string, id: string, text: string, limits: ResultStoreLimits): Promise<boolean>;

  /** @returns undefined for a text that this owner does not have, or not any more */
  find(owner: string, id: string): Promise<string | undefined>;
}

/** Injection token of the {@link ResultStore}. */
export const RESULT_STORE = Symbol('nestjs-mcp-sse:result-store');

/** Most texts that a store keeps for one owner, so that looking for room takes no time. */
export const MAX_KEPT = 256;
