import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../errors/json-rpc.error.js';
import type { McpEra } from '../mcp-context.js';

/** The extension of the protocol, by which clients and servers declare that they know tasks. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

const MISSING_CLIENT_CAPABILITY = -32021;

/** The error for a request that needs tasks, of a client that does not declare them. */
export function missingTasks(what: string, era: McpEra = 'modern'): JsonRpcError {
  if (era === 'legacy')
    return new JsonRpcError(
      ErrorCode.MethodNotFound,
      `${what} needs tasks, which this server has in revision 2026-07-28 only`,
    );
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  return new JsonRpcError(
    MISSING_CLIENT_CAPABILITY,
    `Missing required client capability: ${what} needs the extension ${TASKS_EXTENSION}`,
    { requiredCapabilities },
  );
}
