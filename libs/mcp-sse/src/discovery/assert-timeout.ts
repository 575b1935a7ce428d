import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** The longest delay of Node's timers; a longer one fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * @param where the option, for the message
 * @throws {McpConfigurationError}
 */
export function assertTimeout(timeoutMs: number | false | undefined, where: string): void {
  if (timeoutMs === undefined || timeoutMs === false || (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    return;
  throw new McpConfigurationError(
    `${where} is ${timeoutMs}, but must be above 0 and at most ${MAX_TIMEOUT_MS} milliseconds; false is no limit.`,
  );
}
