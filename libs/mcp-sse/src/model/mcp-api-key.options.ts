import type { Type } from '@nestjs/common';

/** The owner of a key. An owner may have several keys, so that keys can be rotated. */
export interface McpApiKeyOwner {
  /** Subject of the principal. */
  name: string;
  tenant?: string;
  scopes?: string[];
  roles?: string[];
}

/** A key, or its SHA-256 digest in hex, which keeps the key out of the configuration: `printf %s "$KEY" | sha256sum`. */
export type McpApiKey = McpApiKeyOwner & ({ key: string } | { digest: string });

/** Looks up keys elsewhere, such as in a database. Called for each request with a key. */
export interface McpApiKeyProvider {
  /** @returns the owner of the key; nothing for an unknown key */
  verify(key: string): McpApiKeyOwner | undefined | null | Promise<McpApiKeyOwner | undefined | null>;
}

/** How `McpApiKeyGuard` checks keys. Set either `keys` or `provider`. */
export interface McpApiKeyOptions {
  /** The keys and their owners. */
  keys?: McpApiKey[];
  /** Looks up keys: a class, which any module may provide, or an instance. */
  provider?: Type<McpApiKeyProvider> | McpApiKeyProvider;
  /** Header that carries the key, `x-api-key` by default. `Authorization: Bearer` is accepted as well. */
  header?: string;
}
