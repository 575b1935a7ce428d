import { McpConfigurationError } from './mcp-configuration.error.js';

/** Two features of one kind have the same name (or, for resources, the same URI). */
export class McpDuplicateNameError extends McpConfigurationError {
  override readonly name = 'McpDuplicateNameError';

  constructor(kind: string, identity: string, first: string, second: string, option: string) {
    super(
      `Two ${kind}s are called "${identity}": ${first} and ${second}. ` +
        `Give one of them another "${option}" in its decorator${option === 'name' ? ', or its class a @McpNamePrefix()' : ''}.`,
    );
  }
}
