import type { Type } from '@nestjs/common';

/** The owner of a key. Several keys may have the same owner, so that keys can be rotated. */
export interface McpApiKeyOwner {
  /** Subject of the principal. */
  name: string;
  tenant?: string;
  scopes?: string[];
  roles?: string[];
}

/** A key, or its SHA-256 digest in hex, which keeps it out of the configuration: `printf %s "$KEY" | sha256sum`. */
export type McpApiKey = McpApiKeyOwner & ({ key: string } | { digest: string });

/** Looks up keys elsewhere, such as in a database. Called for each request that has a key. */
export interface McpApiKeyProvider {
  /** @returns the owner of the key, or nothing if the key is unknown */
  verify(key: string): McpApiKeyOwner | undefined | null | Promise<McpApiKeyOwner | undefined | null>;
}

/** How `McpApiKeyGuard` checks keys: by either `keys` or `provider`. */
export interface McpApiKeyOptions {
  /** The keys and their owners. */
  keys?: McpApiKey[];
  /** A class, which any module may provide, or an instance. */
  provider?: Type<McpApiKeyProvider> | McpApiKeyProvider;
  /** Header that carries the key, `x-api-key` by default. `Authorization: Bearer` is accepted as well. */
  header?: string;
}
