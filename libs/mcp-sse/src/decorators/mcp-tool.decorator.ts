import type { Icon, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { McpOutputSource, McpSchemaSource } from '../model/schema-source.js';
import type { McpTaskSupport } from '../model/tasks/call-tasks.js';
import { featureDecorator } from './feature-decorator.js';
import { TOOL_METADATA } from './metadata-keys.js';

interface ToolOptions {
  /** The server or servers (their `name`) that offer it; every one unless given. */
  server?: string | readonly string[];
  /** What clients call, 1 to 128 of `A-Z a-z 0-9 _ - .`; defaults to the name of the method. */
  name?: string;
  /** For people. */
  title?: string;
  /** For the model: what the tool does and when to use it. */
  description?: string;
  /** Names of the arguments whose values the audit trail keeps; none unless given. */
  audit?: readonly string[];
  /** Hints to the client, such as `readOnlyHint`. */
  annotations?: ToolAnnotations;
  icons?: Icon[];
  /**
   * A longer call is aborted and answered with `isError`. In milliseconds; `limits.handlerMs` unless given, `false` is
   * no limit.
   */
  timeoutMs?: number | false;
  /**
   * Answers a call with a task, which goes on by itself while its client asks for the state and the result, and answers
   * questions. `optional`: for clients that take tasks; for others it is a plain call. `required`: others get an error.
   */
  task?: McpTaskSupport;
  /** Sent as `_meta` of the tool. */
  meta?: Record<string, unknown>;
}

type InputOption =
  | {
      /** Schema of the arguments; defaults to the class of the method's arguments parameter. */
      input?: McpSchemaSource;
      inputSchema?: undefined;
    }
  | {
      input?: undefined;
      /** Another name of `input`. */
      inputSchema?: McpSchemaSource;
    };

type OutputOption =
  | {
      /**
       * Schema of the result, which may be any JSON value. Its output is sent, as `structuredContent` and as text. Clients
       * of the legacy era know structured objects only; they get other values as text.
       */
      output?: McpOutputSource;
      outputSchema?: undefined;
    }
  | {
      output?: undefined;
      /** Another name of `output`. */
      outputSchema?: McpOutputSource;
    };

export type McpToolOptions = ToolOptions & InputOption & OutputOption;

/**
 * Makes a method of a provider a tool.
 *
 * Without parameter decorators the method is called with `(args, ctx: McpContext)`. It returns the result: a string is
 * sent as text, an object as `structuredContent` and JSON text, a Buffer as an image or a blob. A stream or file is read
 * to its end, a result of the protocol (see `McpResult`) is sent as it is, and an Observable or async iterable may
 * emit `progress(…)` before its last value, the result. An exception becomes a result with `isError`.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools
 */
export function McpTool(options: McpToolOptions = {}): MethodDecorator {
  return featureDecorator(TOOL_METADATA, options);
}
