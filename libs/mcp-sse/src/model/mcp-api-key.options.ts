import type { Type } from '@nestjs/common';

/** Whom a key belongs to. Several keys may have the same owner, so that one can follow another. */
export interface McpApiKeyOwner {
  /** Subject of the principal. */
  name: string;
  tenant?: string;
  scopes?: string[];
  roles?: string[];
}

/** A key, or its SHA-256 digest in hex, so that configuration need not hold it: `printf %s "$KEY" | sha256sum`. */
export type McpApiKey = McpApiKeyOwner & ({ key: string } | { digest: string });

/** Knows keys that stand elsewhere, in a database for instance. Called for each request that has a key. */
export interface McpApiKeyProvider {
  /** @returns whose key it is, or nothing when it is nobody's */
  verify(key: string): McpApiKeyOwner | undefined | null | Promise<McpApiKeyOwner | undefined | null>;
}

/** How `McpApiKeyGuard` checks keys: by one of `keys` and `provider`. */
export interface McpApiKeyOptions {
  /** The keys and whom they belong to. */
  keys?: McpApiKey[];
  /** A class, which may be provided by any module, or an instance of one. */
  provider?: Type<McpApiKeyProvider> | McpApiKeyProvider;
  /** Header that carries the key, `x-api-key` by default. `Authorization: Bearer` is accepted as well. */
  header?: string;
}
