import { McpConfigurationError } from './mcp-configuration.error.js';

/** A schema cannot be expressed as JSON Schema, or its root is not an object. */
export class McpSchemaError extends McpConfigurationError {
  override readonly name = 'McpSchemaError';

  /** @param where the class and method (and option) that the schema belongs to */
  constructor(where: string, problem: string) {
    super(`${where}: ${problem}`);
  }
}
