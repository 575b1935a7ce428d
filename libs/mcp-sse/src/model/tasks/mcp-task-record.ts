import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { McpPrincipal } from '../principal.js';
import type { McpTransportName } from '../session-view.js';

/** `working` and `input_required` go on; the others are final. */
export type McpTaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** A question of the handler to its client. */
export interface McpTaskQuestion {
  /** Names it on the wire. No other question of the task ever has the same. */
  readonly key: string;
  /** Tells it from the handler's other questions, in each run alike. */
  readonly identity: string;
  /** Missing if it was answered before the task began. */
  readonly request?: { readonly method: string; readonly params?: unknown };
  /** `refused`: the answer did not fit, and the question was asked again under another key. */
  readonly state: 'open' | 'answered' | 'refused';
  /** JSON of the client's answer. */
  readonly answer?: string;
}

/** A step of `ctx.once()` that has ended. */
export interface McpTaskStep {
  readonly key: string;
  /** JSON of its result; missing if it returned undefined. */
  readonly json?: string;
  /** How often each question without a key was asked meanwhile. */
  readonly asked: readonly (readonly [digest: string, count: number])[];
}

/** What is stored of a task. Plain JSON, without any token. */
export interface McpTaskRecord {
  /** Unguessable. */
  readonly id: string;
  /** 1 at creation. The store adds 1 with each change. */
  readonly version: number;
  /** Name of the server that it belongs to. */
  readonly server: string;

  /* The call. */
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The trace context of the request, as members of `_meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Key of the principal that it belongs to: issuer, tenant and subject. */
  readonly owner: string;
  /** The principal as it was; if the store outlives the process, with the claims that `stored.claims` names. */
  readonly principal: McpPrincipal;
  /** Parameters of the HTTP route. */
  readonly route: Readonly<Record<string, string>>;
  /** The headers that the option `stored.headers` names. */
  readonly headers: IncomingHttpHeaders;
  readonly transport: McpTransportName;
  readonly protocolVersion: string;
  readonly clientInfo?: Implementation;
  readonly clientCapabilities?: ClientCapabilities;
  /** JSON-RPC id and correlation id of the request that made it. */
  readonly requestId: RequestId;
  readonly correlationId: string;

  /* Its state. */
  readonly status: McpTaskStatus;
  readonly statusMessage?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When the client could last see a change, in milliseconds since the epoch. */
  readonly lastUpdatedAt: number;
  /** Milliseconds from `createdAt` after which the store forgets it, whatever its status. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly questions: readonly McpTaskQuestion[];
  readonly steps: readonly McpTaskStep[];
  /** The tool's result, if `status` is `completed`. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** The JSON-RPC error, if `status` is `failed`. */
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };

  /* Its execution. */
  /** How often it has been started after failures, from 1; 0 before the first start. */
  readonly attempt: number;
  /** Names the run that may change it. An earlier one, on a worker that was given up, no longer may. */
  readonly run?: string;
  /** When its worker counts as gone, in milliseconds since the epoch, if the runner does not find out itself. */
  readonly aliveUntil?: number;
}

/** Members to replace. One that is undefined is removed. */
export type McpTaskChange = Partial<
  Pick<
    McpTaskRecord,
    | 'status'
    | 'statusMessage'
    | 'lastUpdatedAt'
    | 'questions'
    | 'steps'
    | 'result'
    | 'error'
    | 'attempt'
    | 'run'
    | 'aliveUntil'
  >
>;

/** Whether a task has ended. */
export function isFinal({ status }: Pick<McpTaskRecord, 'status'>): boolean {
  return status !== 'working' && status !== 'input_required';
}

/** When the store forgets a task, in milliseconds since the epoch. */
export function expiryOf({ createdAt, ttlMs }: Pick<McpTaskRecord, 'createdAt' | 'ttlMs'>): number {
  return createdAt + ttlMs;
}
