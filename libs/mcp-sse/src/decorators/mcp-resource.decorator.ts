import type { Annotations, Icon } from '@modelcontextprotocol/sdk/types.js';
import { featureDecorator } from './feature-decorator.js';
import { RESOURCE_METADATA } from './metadata-keys.js';

export interface McpResourceOptions {
  /** The server or servers (their `name`) that offer it; every one unless given. */
  server?: string | readonly string[];
  /** A URI, or a template (RFC 6570) where it has `{…}`. */
  uri: string;
  /** Defaults to the name of the method. */
  name?: string;
  /** For people. */
  title?: string;
  description?: string;
  /** Of the content; `text/plain` for a string and `application/json` for an object unless given. */
  mimeType?: string;
  annotations?: Annotations;
  icons?: Icon[];
  /** Of the content, in bytes. */
  size?: number;
  /**
   * A read that takes longer is aborted and becomes an error. In
   * milliseconds; `limits.handlerMs` unless given, `false` is no limit.
   */
  timeoutMs?: number | false;
  /** Becomes `_meta` of the resource. */
  meta?: Record<string, unknown>;
}

/**
 * Makes a method of a provider a resource, or a resource template.
 *
 * The variables of a template reach the method by `@McpUriParam('name')`, or all at once as its first
 * parameter. What it returns is the content: a string is text, an object is its JSON, a Buffer is a blob, a
 * result of the protocol (`{ contents: […] }`) is sent as it is.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources
 */
export function McpResource(options: McpResourceOptions): MethodDecorator {
  return featureDecorator(RESOURCE_METADATA, options);
}
