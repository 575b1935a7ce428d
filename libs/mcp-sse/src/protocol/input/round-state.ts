import { hash, randomUUID } from 'node:crypto';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { canonicalJson } from './canonical-json.js';
import type { Seal } from './state-seal.js';

/** The request whose handler asks its client. Each round brings it again. */
export interface AskingRequest {
  /** Key of the principal that it acts for. */
  readonly principalKey: string;
  /** Name of the server. */
  readonly server: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Parameters of the HTTP route, which may name a tenant. */
  readonly route: Readonly<Record<string, string>>;
}

/** What a handler has learned in its runs so far. */
export interface KnownInput {
  /** JSON of the client's answers, by the identity of the question. */
  readonly answers: ReadonlyMap<string, string>;
  /** The steps of `once()` that have ended, by key. */
  readonly steps: ReadonlyMap<string, StepRecord>;
}

/** What a call remembers from one round to the next. */
export interface RoundState {
  readonly answers: Map<string, string>;
  readonly steps: Map<string, StepRecord>;
  /** Of the request's parameters as the client sent them. A handler may change its arguments. */
  readonly paramsDigest?: string;
  /** How many rounds have ended with questions. */
  readonly round: number;
  /** The questions that wait for an answer: their keys on the wire, and their identities. */
  readonly pending: readonly (readonly [key: string, identity: string])[];
}

/** A step that need not run again. */
export interface StepRecord {
  /** JSON of its result; undefined if it returned undefined. */
  readonly json?: string;
  /** How often each question without a key was asked meanwhile. Later ones are counted from there. */
  readonly asked: readonly (readonly [digest: string, count: number])[];
}

export interface OpenedState extends RoundState {
  readonly id: string;
  readonly paramsDigest: string;
  readonly expiresAt: number;
}

/** The state as it is sealed. Its shape belongs to the version of the seal. */
interface SealedState {
  readonly id: string;
  readonly expiresAt: number;
  readonly principal: string;
  readonly server: string;
  readonly method: string;
  readonly params: string;
  readonly round: number;
  readonly answers: readonly (readonly [string, string])[];
  readonly steps: readonly (readonly [string, StepRecord])[];
  readonly pending: readonly (readonly [string, string])[];
}

/** @param expiresAt in milliseconds since the epoch */
export function sealedState(
  { paramsDigest, round, answers, steps, pending }: RoundState,
  request: AskingRequest,
  expiresAt: number,
  seal: Seal,
): string {
  const { principalKey, server, method } = request;
  const state: SealedState = {
    id: randomUUID(),
    expiresAt,
    principal: principalKey,
    server,
    method,
    params: paramsDigest ?? digestOfParams(request),
    round,
    answers: [...answers],
    steps: [...steps],
    pending,
  };
  return seal.seal(JSON.stringify(state));
}

/**
 * Opens a state that a client sent back.
 *
 * @throws {JsonRpcError} -32602 unless it was sealed here for this request, and has not expired
 */
export function openedState(
  sealed: unknown,
  maxBytes: number,
  request: AskingRequest,
  seal: Seal,
): OpenedState {
  const { principalKey, server, method } = request;
  if (typeof sealed !== 'string') throw refused('must be a string');
  if (sealed.length > maxBytes)
    throw refused(`is longer than ${maxBytes} characters ("input.maxStateBytes")`);
  const opened = seal.open(sealed);
  if (opened === undefined) throw refused('was not made by this server, or was changed');
  const state = JSON.parse(opened) as SealedState;
  if (state.expiresAt <= Date.now()) throw refused('has expired');
  if (state.principal !== principalKey) throw refused('belongs to another principal');
  if (state.server !== server) throw refused('belongs to another server');
  if (state.method !== method) throw refused('belongs to a request of another method');
  if (state.params !== digestOfParams(request)) throw refused('belongs to a request with other parameters');
  return {
    id: state.id,
    paramsDigest: state.params,
    expiresAt: state.expiresAt,
    round: state.round,
    answers: new Map(state.answers),
    steps: new Map(state.steps),
    pending: state.pending,
  };
}

export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Covers what the request asks for, not `_meta` and what the rounds add. */
function digestOfParams({ params, route }: AskingRequest): string {
  const { name, uri, arguments: args } = params;
  return digestOf(canonicalJson({ name, uri, arguments: args ?? {}, route }));
}

export function refused(problem: string): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: "requestState" ${problem}. Send the request again without it.`,
  );
}
