import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * Models and clients take no other names.
 *
 * @param where what has the name, for the message
 * @throws {McpConfigurationError}
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-names
 */
export function assertToolName(name: string, where: string): void {
  if (!TOOL_NAME.test(name))
    throw new McpConfigurationError(
      `${where}: a tool cannot be called ${JSON.stringify(name)}. Give it a "name" of 1 to 128 characters: ` +
        `ASCII letters, digits, "_", "-" and "."; "title" is free, and people read that.`,
    );
}
