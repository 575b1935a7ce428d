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
  /**
   * Whether the handler begins the task itself, by `ctx.beginTask()`, so that it can ask its client before or answer at once.
   * `false` by default: the call is a task from the start.
   */
  beginsTask?: boolean;
  /**
   * URI of the `@McpApp()` that shows the results, such as `ui://orders/chart`. Only clients that show apps are told;
   * others use the tool's text.
   */
  ui?: string;
  /**
   * Who may call the tool: the model, the apps of this server, or both, which is the default. Clients that show no apps
   * do not see a tool for apps alone.
   */
  visibility?: readonly ('model' | 'app')[];
  /** Bytes that its result may have as JSON in UTF-8; `limits.maxResultBytes` unless given. */
  maxBytes?: number;
  /**
   * What becomes of a larger result. `error`, the default: an error that tells the model how to ask for less.
   * `truncate`: its text ends at the limit, and says so. `resource`: it is kept for a while (`results.ttlMs`), and the
   * client gets a link by which its caller alone can read it. A tool with an output schema can only have `error`.
   */
  onTooLarge?: 'error' | 'truncate' | 'resource';
  /**
   * Characters of its text that Claude Code gives to the model at once, instead of the 50,000 above which it writes a
   * result to a file; 500,000 at most. Sent as `_meta["anthropic/maxResultSizeChars"]`.
   */
  inlineChars?: number;
  /** Sent as `_meta` of the tool. */
  meta?: Record<string, unknown>;
  /**
   * For a route: other names for arguments, by where a request has them, such as
   * `{ 'path.id': 'orderId', 'body.id': 'newId', 'query.page': 'pageNumber' }`.
   */
  rename?: Readonly<Record<string, string>>;
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
 * Makes a method of a provider a tool, or a route of a controller.
 *
 * Without parameter decorators the method is called with `(args, ctx: McpContext)`. It returns the result: a string is
 * sent as text, an object as `structuredContent` and JSON text, a Buffer as an image or a blob. A stream or file is read
 * to its end, a result of the protocol (see `McpResult`) is sent as it is, and an Observable or async iterable may
 * emit `progress(…)` before its last value, the result. An exception becomes a result with `isError`.
 *
 * A call of a route goes through the application's own HTTP pipeline, in this process. Its arguments are those of `@Param()`,
 * `@Query()` and `@Body()`, its result is the body of the answer.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools
 */
export function McpTool(options: McpToolOptions = {}): MethodDecorator {
  return featureDecorator(TOOL_METADATA, options);
}
