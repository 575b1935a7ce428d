import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/**
 * The issuers or audiences that tokens may have. An empty value, such as an unset environment variable gives, would
 * silently turn the check off.
 *
 * @param option name of the option, for the message
 * @throws {McpConfigurationError}
 */
export function acceptedValues(values: string | string[] | undefined, option: string): string[] | undefined {
  if (values === undefined) return undefined;
  const list = [values].flat();
  if (list.length === 0 || list.some((value) => value === ''))
    throw new McpConfigurationError(`\`${option}\` is empty. Leave it out to accept any.`);
  return list;
}
