import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/**
 * The issuers or audiences that tokens may have. An empty one, as an unset variable of the environment makes it,
 * would silently switch the check off.
 *
 * @param option that they come from, for the message
 * @throws {McpConfigurationError}
 */
export function acceptedValues(values: string | string[] | undefined, option: string): string[] | undefined {
  if (values === undefined) return undefined;
  const list = [values].flat();
  if (list.length === 0 || list.some((value) => value === ''))
    throw new McpConfigurationError(`\`${option}\` is empty. Leave it out to accept any.`);
  return list;
}
