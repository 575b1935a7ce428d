import { createHash, timingSafeEqual } from 'node:crypto';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpApiKey, McpApiKeyOwner, McpApiKeyProvider } from '../model/mcp-api-key.options.js';

const DIGEST = /^[0-9a-f]{64}$/i;

interface KnownKey {
  readonly digest: Buffer;
  readonly owner: McpApiKeyOwner;
}

/** The configured keys. Compares a given key with the digest of each, in constant time. */
export class ApiKeys implements McpApiKeyProvider {
  private readonly keys: readonly KnownKey[];

  /** @throws {McpConfigurationError} when there are no keys or duplicates */
  constructor(keys: readonly McpApiKey[]) {
    if (keys.length === 0)
      throw new McpConfigurationError(
        '`auth: { apiKey: { keys } }` is empty, so nobody could connect. Add a key.',
      );
    if (keys.some(({ name }) => name === ''))
      throw new McpConfigurationError('Each of `auth.apiKey.keys` needs a non-empty name.');
    this.keys = keys.map((key) => ({ digest: digestOf(key), owner: key }));
    if (new Set(this.keys.map(({ digest }) => digest.toString('hex'))).size < keys.length)
      throw new McpConfigurationError(
        '`auth.apiKey.keys` contains a key twice. Give each owner different keys.',
      );
  }

  verify(key: string): McpApiKeyOwner | undefined {
    const given = digest(key);
    const [known] = this.keys.filter((candidate) => timingSafeEqual(candidate.digest, given));
    return known?.owner;
  }
}

function digestOf(key: McpApiKey): Buffer {
  if ('digest' in key) {
    if (DIGEST.test(key.digest)) return Buffer.from(key.digest, 'hex');
    throw new McpConfigurationError(
      `The \`digest\` of the key of "${key.name}" must be its SHA-256 in 64 hex digits: printf %s "$KEY" | sha256sum`,
    );
  }
  if (key.key) return digest(key.key);
  throw new McpConfigurationError(
    `The key of "${key.name}" in \`auth.apiKey.keys\` is empty. Give it a value.`,
  );
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
