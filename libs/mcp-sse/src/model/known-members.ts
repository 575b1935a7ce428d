import { McpConfigurationError } from './errors/mcp-configuration.error.js';
import { nearest } from './nearest.js';

/** @throws {McpConfigurationError} when an option is no object, or has a member that is not known */
export function assertMembers(value: unknown, option: string, known: readonly string[], where: string): void {
  if (value === undefined) return;
  if (!isPlainObject(value))
    throw new McpConfigurationError(`${where}: "${option}" must be an object with ${known.join(', ')}.`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const [meant] = nearest(unknown, known);
  throw new McpConfigurationError(
    `${where}: "${option}" has no member "${unknown}". ` +
      (meant ? `Did you mean "${meant}"?` : `It has ${known.join(', ')}.`),
  );
}

export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
