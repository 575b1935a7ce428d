import type { McpCacheHint } from './cache-hint.js';
import type { McpContext } from './mcp-context.js';
import type { Viewer } from './mcp-policy.js';
import type { CallTasks } from './tasks/call-tasks.js';
import type { SerializedMembers } from './serialized-members.js';

/** The context of a request as its invoker needs it. */
export interface InvokedContext extends McpContext {
  /** The error code for a resource that does not exist. It differs between revisions of the protocol. */
  readonly resourceNotFoundCode: number;
  /** Says how long, and for whom, clients may keep the result. Told in the modern era only. */
  cacheable(hint: McpCacheHint): void;
  /** Whether the run ends with questions to the client, whatever the handler returns or throws. */
  readonly isLeft: boolean;
  /** Resolves when nothing of a run that was left is going on any more. */
  unwound(): Promise<void>;
  /** Aborts the context's signal. The request is answered nonetheless. */
  abort(reason: Error): void;
  /** What makes a task of the call. Undefined where the answer can be none, as in the legacy era. */
  useTasks(): CallTasks | undefined;
  /** Whether a task is executed. */
  readonly isTask: boolean;
  /** Told of an error of the handler that is not for the client to see, before the answer that hides it. */
  hasFailed(error: unknown): void;
}

/**
 * Runs a permitted request. Returns its result or a promise of it, or fails with a `JsonRpcError`. Any other error is
 * masked.
 */
export type PreparedRequest = () => object | SerializedMembers | Promise<object | SerializedMembers>;

/** A resource that a client may subscribe to. */
export interface WatchableResource {
  /**
   * Watches the resource.
   *
   * @param onUpdate called whenever the content has changed, if the resource reports changes
   * @returns a function that stops watching
   * @throws {JsonRpcError}
   */
  watch(onUpdate: () => void): Promise<() => void>;

  /** Whether the client may still read it. @param reader the client with its newest token */
  isReadable(reader: Viewer): boolean | Promise<boolean>;
}

/** The requests that the application answers. */
export type InvokedMethod =
  | 'tools/list'
  | 'tools/call'
  | 'resources/list'
  | 'resources/templates/list'
  | 'resources/read'
  | 'prompts/list'
  | 'prompts/get'
  | 'completion/complete';

/** Answers the requests that reach the application. Independent of HTTP, sessions and transports. */
export interface Invoker {
  /** The extensions of the protocol that the server has now, each with its settings. */
  readonly extensions?: Readonly<Record<string, object>> | undefined;

  /**
   * Finds the feature that a request asks for and checks that its client may use it. Returns a promise only if a policy
   * does. Runs no code of the application except that policy.
   *
   * @param params as the client sent them; unchecked
   * @throws {JsonRpcError} when it does not exist, or is hidden from the client
   * @throws {InsufficientScopeError} when the principal only lacks scopes
   */
  prepare(
    method: InvokedMethod,
    params: Readonly<Record<string, unknown>>,
    context: InvokedContext,
  ): PreparedRequest | Promise<PreparedRequest>;

  /**
   * Checks, as {@link prepare} does for a call, that a client may use a tool.
   *
   * @param name undefined for none: that takes as long
   * @throws {InsufficientScopeError}
   */
  admitsTool(name: string | undefined, context: InvokedContext): boolean | Promise<boolean>;

  /**
   * Finds a resource that a client wants to subscribe to.
   *
   * @throws {JsonRpcError} as {@link prepare} does
   */
  watchable(uri: string, context: InvokedContext): WatchableResource | Promise<WatchableResource>;
}
