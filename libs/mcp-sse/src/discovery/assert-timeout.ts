import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { LONGEST_DELAY_MS } from '../model/longest-delay.js';

/**
 * @param where the option, for the message
 * @throws {McpConfigurationError}
 */
export function assertTimeout(timeoutMs: number | false | undefined, where: string): void {
  if (timeoutMs === undefined || timeoutMs === false || (timeoutMs > 0 && timeoutMs <= LONGEST_DELAY_MS))
    return;
  throw new McpConfigurationError(
    `${where} is ${timeoutMs}, but must be above 0 and at most ${LONGEST_DELAY_MS} milliseconds; false is no limit.`,
  );
}
