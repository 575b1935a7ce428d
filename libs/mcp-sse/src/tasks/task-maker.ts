import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext } from '../model/invoker.js';
import { principalKey } from '../model/principal.js';
import { randomId } from '../model/random-id.js';
import { storedHeaders, storedPrincipal, type StoredNames } from '../model/stored-parts.js';
import type { McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskQueue } from '../model/tasks/mcp-task-runner.js';
import type { KnownInput } from '../protocol/input/round-state.js';
import type { Params } from '../protocol/json-rpc.js';
import { assertClientWeight } from '../protocol/request-params.js';
import { TaskTooLargeError, type TaskRecords } from './task-records.js';
import { taskHandle } from './wire-task.js';

/** How new tasks are made. */
export interface TaskSettings {
  /** Name of the server. */
  readonly server: string;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly maxPerPrincipal: number;
  readonly stored: StoredNames;
  /** Milliseconds after which a task without a sign of life fails, if the runner needs that. */
  readonly leaseMs?: number;
}

const NOTHING_KNOWN: KnownInput = { answers: new Map(), steps: new Map() };
/** The members of `_meta` that name the trace of a request. */
const TRACE = ['traceparent', 'tracestate', 'baggage'];
/** Most characters of one of them that are stored: those of the longest baggage that W3C demands. */
const MAX_TRACE_LENGTH = 8_192;

/** Makes tasks of tool calls. */
export class TaskMaker {
  constructor(
    private readonly records: TaskRecords,
    private readonly queue: Pick<McpTaskQueue, 'start'>,
    private readonly settings: TaskSettings,
  ) {}

  /**
   * Stores a task and has it executed.
   *
   * @returns the result with its handle. From then on each node finds it
   * @throws {JsonRpcError}
   */
  async make(
    tool: string,
    args: Params,
    meta: unknown,
    context: InvokedContext,
    known: KnownInput = NOTHING_KNOWN,
  ): Promise<object> {
    const task = { ...this.taskOf(tool, args, meta, context), ...learned(known) };
    const { maxPerPrincipal } = this.settings;
    if (!(await available(this.records.create(task, maxPerPrincipal))))
      throw new JsonRpcError(
        ErrorCode.InternalError,
        `You have ${maxPerPrincipal} tasks already, or memory is short. Try again when one has expired.`,
        { retryable: true },
      );
    try {
      await this.queue.start(task);
    } catch (error) {
      await available(this.records.fail(task.id, NOT_STARTED.message));
      throw error instanceof ClusterUnavailableError ? NOT_STARTED : error;
    }
    return taskHandle(task);
  }

  private taskOf(
    tool: string,
    args: Params,
    meta: unknown,
    context: InvokedContext,
  ): Omit<McpTaskRecord, 'questions' | 'steps'> {
    const { server, ttlMs, pollIntervalMs, stored, leaseMs } = this.settings;
    const { principal, headers, params: route, transport, clientInfo, clientCapabilities } = context;
    assertClientWeight(clientInfo, clientCapabilities);
    const now = Date.now();
    return {
      id: randomId(),
      version: 1,
      server,
      tool,
      arguments: args,
      meta: traceOf(meta),
      owner: principalKey(principal),
      principal: this.records.store.outlives ? storedPrincipal(principal, stored) : principal,
      route,
      headers: storedHeaders(headers, stored),
      transport,
      protocolVersion: context.protocolVersion!,
      clientInfo,
      clientCapabilities,
      requestId: context.requestId,
      correlationId: context.correlationId,
      status: 'working',
      createdAt: now,
      lastUpdatedAt: now,
      ttlMs,
      pollIntervalMs,
      attempt: 0,
      aliveUntil: leaseMs === undefined ? undefined : now + leaseMs,
    };
  }
}

const NOT_STARTED = new JsonRpcError(
  ErrorCode.InternalError,
  'The task cannot be executed now: what executes tasks is unreachable. Try again.',
  { retryable: true },
);

const UNAVAILABLE = new JsonRpcError(
  ErrorCode.InternalError,
  'The store of tasks is unreachable. Try again.',
  { retryable: true },
);

/** @throws {JsonRpcError} what a client may know of a failure of the store */
export async function available<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof ClusterUnavailableError) throw UNAVAILABLE;
    if (error instanceof TaskTooLargeError) throw new JsonRpcError(ErrorCode.InvalidParams, error.message);
    throw error;
  }
}

function traceOf(meta: unknown): McpTaskRecord['meta'] {
  const members = Object.entries((meta ?? {}) as object).filter(
    ([name, value]) => TRACE.includes(name) && typeof value === 'string' && value.length <= MAX_TRACE_LENGTH,
  );
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** What the handler learned before it began the task. The task has other keys for its own questions. */
function learned({ answers, steps }: KnownInput): Pick<McpTaskRecord, 'questions' | 'steps'> {
  return {
    questions: [...answers].map(([identity, answer]) => ({
      key: identity,
      identity,
      state: 'answered',
      answer,
    })),
    steps: [...steps].map(([key, step]) => ({ key, ...step })),
  };
}
