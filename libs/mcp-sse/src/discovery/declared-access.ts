import type { McpAccess } from '../model/access.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** What is said of whom a feature is for, by decorators or when it is added at run time. */
export type DeclaredAccess = Partial<McpAccess>;

/** What RFC 6749 allows; a quote or a line break would get into a header. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * @param where it is declared, for messages
 * @throws {McpConfigurationError} when it contradicts itself, or nobody could meet it
 */
export function accessOf(declared: DeclaredAccess, where: string): McpAccess {
  const { public: isPublic = false, scopes = [], roles = [] } = declared;
  if (isPublic && (declared.scopes || declared.roles))
    throw new McpConfigurationError(
      `${where} is public, and yet needs scopes or roles. Remove @McpPublic(), or @McpScopes() and @McpRoles().`,
    );
  const wrong = scopes.find((scope) => !SCOPE.test(scope));
  if (wrong !== undefined)
    throw new McpConfigurationError(
      `${where}: ${JSON.stringify(wrong)} is not a scope. Scopes have no spaces, quotes or backslashes; name ` +
        'several of them one by one.',
    );
  if (declared.scopes?.length === 0 || declared.roles?.length === 0 || roles.includes(''))
    throw new McpConfigurationError(
      `${where} needs scopes or roles, but none is named. Name one, or leave them out.`,
    );
  return { public: isPublic, scopes, roles };
}
