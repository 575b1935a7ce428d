import { McpConfigurationError } from './mcp-configuration.error.js';

/** It cannot be told what to pass for a parameter of a decorated method. */
export class McpParameterError extends McpConfigurationError {
  override readonly name = 'McpParameterError';

  constructor(where: string, index: number, problem: string) {
    super(`${where}: parameter ${index + 1} cannot be resolved: ${problem}`);
  }
}
