import type { McpAccess } from '../model/definitions.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** Who may use a feature, as its decorators or its run-time options say. */
export type DeclaredAccess = Partial<McpAccess>;

/** RFC 6749's syntax. A quote or line break would break the header that names the scope. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
/** A name that stands in a URL as it is, with commas between several. */
const TOOLSET = /^[\w.-]{1,64}$/;

/**
 * @param where it is declared, for messages
 * @throws {McpConfigurationError} for a contradiction, or a demand that nobody could meet
 */
export function accessOf(declared: DeclaredAccess, where: string): McpAccess {
  const { public: isPublic = false, scopes = [], roles = [], toolsets } = declared;
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
  if (toolsets) assertToolsets(toolsets, where);
  return { public: isPublic, scopes, roles, toolsets };
}

function assertToolsets(toolsets: readonly unknown[], where: string): void {
  const wrong = toolsets.find((name) => typeof name !== 'string' || !TOOLSET.test(name));
  if (toolsets.length > 0 && wrong === undefined) return;
  throw new McpConfigurationError(
    `${where} is in ${toolsets.length > 0 ? `the toolset ${JSON.stringify(wrong)}` : 'no toolset'}, but @McpToolset() ` +
      'takes one or more names of 1 to 64 characters: ASCII letters, digits, "_", "-" and ".", as URLs name them.',
  );
}
