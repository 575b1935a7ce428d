import type { Icon } from '@modelcontextprotocol/sdk/types.js';
import type { McpSchemaSource } from '../model/schema-source.js';
import { featureDecorator } from './feature-decorator.js';
import { PROMPT_METADATA } from './metadata-keys.js';

export interface McpPromptOptions {
  /** The server or servers (their `name`) that offer it; every one unless given. */
  server?: string | readonly string[];
  /** What clients ask for; defaults to the name of the method. */
  name?: string;
  /** For people. */
  title?: string;
  description?: string;
  /** Schema of the arguments, whose values are strings; defaults to the class of the arguments parameter. */
  args?: McpSchemaSource;
  icons?: Icon[];
  /**
   * A longer get is aborted and answered with an error. In milliseconds; `limits.handlerMs` unless given, `false` is
   * no limit.
   */
  timeoutMs?: number | false;
  /** Sent as `_meta` of the prompt. */
  meta?: Record<string, unknown>;
}

/**
 * Makes a method of a provider a prompt. It returns the messages: a string is one message of the user, an array is
 * the messages, a result of the protocol (`{ messages: […] }`) is sent as it is.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/prompts
 */
export function McpPrompt(options: McpPromptOptions = {}): MethodDecorator {
  return featureDecorator(PROMPT_METADATA, options);
}
