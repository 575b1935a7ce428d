import type { IncomingHttpHeaders } from 'node:http';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { ClientRequestOptions, FormCheck } from '../model/client-requests.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { CallTasks } from '../model/tasks/call-tasks.js';
import type { ClientRequestContext } from './client-request-queue.js';
import type { ClientState } from './connection-state.js';
import type { Question } from './input/question.js';

/** Where a message came from, and who sent it. */
export interface MessageOrigin {
  readonly principal: McpPrincipal;
  /** The HTTP request that carried it: Express's, Fastify's, or a stand-in where there was none. */
  readonly request: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Headers of the request that opened the session's stream. */
  readonly streamHeaders: IncomingHttpHeaders;
  /** Parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** Size of the POST's body or the line that carried it. */
  readonly bytes: number;
  /** Members that the `contextFactory` option adds to the context. */
  readonly extras?: object;
}

/** Options of a question. The host has a default for `timeoutMs`. */
export type ContextRequestOptions = Omit<ClientRequestContext, 'timeoutMs'> & ClientRequestOptions;

/** A run of a handler that may end with questions to its client. It runs again from its start with the answers. */
export interface LeavableRun {
  /** Whether questions are waiting. The run is over then, whatever the handler still does. */
  readonly isLeft: boolean;
  /** Resolves when the steps that outlast the run have ended, so that their results are kept. */
  unwound(): Promise<void>;
  /** What the run ends with. @throws {JsonRpcError} */
  result(): object;
}

/** What the context of a request needs of its host, such as a connection. */
export interface CallPort {
  /** The session that the request was made in, if any. */
  readonly session?: McpSessionView;
  readonly transport: McpTransportName;
  readonly state: Readonly<ClientState>;
  readonly checkForm: FormCheck;
  notify(method: string, params: object | undefined, relatesTo: RequestId): void;
  /** The handler's questions, where the run may end with them. Made when they are needed. */
  readonly input?: LeavableRun;
  /** What makes a task of the request. Made when it is needed. */
  readonly tasks?: CallTasks;
  useTasks?(): CallTasks | undefined;
  /** Ends the run if it goes on as a task. */
  beginTask?(): Promise<void>;
  /** Whether a task is executed. */
  readonly isTask?: boolean;
  /** Of the request that made the task. */
  readonly correlationId?: string;
  /** Told of an error of the handler that is not for the client to see. */
  hasFailed?(error: unknown): void;
  ask<T>(question: Question<T>, options: ContextRequestOptions): Promise<T>;
  once<T>(key: string, step: () => T | Promise<T>): Promise<T>;
  closeStream(relatesTo: RequestId, retryMs?: number): void;
}
