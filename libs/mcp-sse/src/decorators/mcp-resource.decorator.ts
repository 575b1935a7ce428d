import type { Annotations, Icon } from '@modelcontextprotocol/sdk/types.js';
import type { McpCacheHint } from '../model/cache-hint.js';
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
  /** Mime type of the content; `text/plain` for a string and `application/json` for an object unless given. */
  mimeType?: string;
  annotations?: Annotations;
  icons?: Icon[];
  /** Size of the content, in bytes. */
  size?: number;
  /**
   * A longer read is aborted and answered with an error. In milliseconds; `limits.handlerMs` unless given, `false` is
   * no limit.
   */
  timeoutMs?: number | false;
  /**
   * How long, and for whom, clients may keep what they read; the module's `cache` unless given. `public` stops the boot
   * where something tells callers apart (authentication, a policy, a guard), unless the method is `@McpPublic()`.
   */
  cache?: McpCacheHint;
  /** Sent as `_meta` of the resource. */
  meta?: Record<string, unknown>;
}

/**
 * Makes a method of a provider a resource, or a resource template.
 *
 * `@McpUriParam('name')` receives a variable of a template; without it the first parameter receives all of them. The
 * method returns the content: a string is sent as text, an object as JSON, a Buffer as a blob, a result of the protocol
 * (`{ contents: […] }`) as it is.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources
 */
export function McpResource(options: McpResourceOptions): MethodDecorator {
  return featureDecorator(RESOURCE_METADATA, options);
}
