import { featureDecorator } from './feature-decorator.js';
import { COMPLETION_METADATA } from './metadata-keys.js';

export interface McpCompleteOptions {
  /** The server or servers (their `name`) that offer it; every one unless given. */
  server?: string | readonly string[];
  /** Name of the prompt whose argument is completed. Either this or `resource`. */
  prompt?: string;
  /** URI template of the resource whose variable is completed. Either this or `prompt`. */
  resource?: string;
  /** Name of the argument or variable. */
  argument: string;
}

/**
 * Makes a method of a provider complete an argument of a prompt, or a variable of a resource template. It is
 * called with `(value: string, others: Record<string, string>, ctx: McpContext)`: what the user has typed so
 * far, and the other arguments that are known. It returns suggestions, the best first; clients get up to 100.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/completion
 */
export function McpComplete(options: McpCompleteOptions): MethodDecorator {
  return featureDecorator(COMPLETION_METADATA, options);
}
