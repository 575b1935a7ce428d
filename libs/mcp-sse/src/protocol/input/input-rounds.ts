import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { countMembers } from '../../model/count-members.js';
import type { ErrorReporter } from '../../model/error-reporter.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { McpClientError } from '../../model/errors/mcp-client.error.js';
import { McpInputRequiredException } from '../../model/errors/mcp-input-required.exception.js';
import { isObject, type Params } from '../json-rpc.js';
import type { Question } from './question.js';
import { type IdentifiedQuestion, QuestionIdentities, sentQuestion } from './question-identities.js';
import {
  type AskingRequest,
  type KnownInput,
  type OpenedState,
  openedState,
  refused,
  type RoundState,
  sealedState,
} from './round-state.js';
import type { Seal } from './state-seal.js';
import { runStep, stepResult } from './step-result.js';
import type { UsedStates } from './used-states.js';

/** Settings that the rounds of all requests share. */
export interface InputSettings {
  /** Most times that one call may ask its client. */
  readonly maxRounds: number;
  /** Most characters of a sealed state. */
  readonly maxStateBytes: number;
  /** Milliseconds that a client has to answer. */
  readonly ttlMs: number;
  /** Most members of objects and elements of arrays in one answer, and in the arguments of a request. */
  readonly maxAnswerMembers: number;
  readonly seal: Seal;
  /** Given if each state may be used once only. */
  readonly usedStates?: UsedStates;
  readonly errors: Pick<ErrorReporter, 'warn'>;
}

/** A question that has no answer yet. */
interface Noted {
  readonly question: IdentifiedQuestion;
  readonly key: string | undefined;
  /** Which question of the run it is, from 1. */
  readonly number: number;
  readonly signal: Abortable;
  reject(error: Error): void;
}

/** Tells whether a run was aborted: an `AbortSignal`, or what needs none. */
interface Abortable {
  readonly aborted: boolean;
}

/**
 * Lets a handler ask its client without a session. A question that has no answer ends the run: the client gets it with a
 * sealed state, and sends the request again with the answer, with which the handler runs once more.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
export class InputRounds {
  private readonly running = new Set<Promise<void>>();
  private readonly identities = new QuestionIdentities();
  private noted: Noted[] = [];
  private asked = 0;
  private hasLeft = false;

  /**
   * @param state is changed
   * @param early answers of a client that has no state yet. They count for questions whose key the handler gives.
   */
  constructor(
    private readonly request: AskingRequest,
    private readonly settings: InputSettings,
    private readonly state: RoundState = firstRound(),
    private readonly early: Params = {},
  ) {}

  /** Whether a request continues a call, or brings answers. */
  static isBroughtBy({ requestState, inputResponses }: AskingRequest['params']): boolean {
    return requestState !== undefined || inputResponses !== undefined;
  }

  /**
   * Takes what the client sent back. Returns a promise only if states may be used once.
   *
   * @throws {JsonRpcError} -32602 for a state that was not made for this request, and for malformed responses
   */
  static open(request: AskingRequest, settings: InputSettings): InputRounds | Promise<InputRounds> {
    const { requestState, inputResponses: responses = {} } = request.params;
    if (!isObject(responses))
      throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "inputResponses" must be an object');
    if (requestState === undefined) return new InputRounds(request, settings, firstRound(), responses);
    const { maxAnswerMembers: maxMembers } = settings;
    // No such request got a state, and its digest would take long.
    if (countMembers(request.params['arguments'], maxMembers) > maxMembers)
      throw refused('belongs to a request with other parameters');
    const state = openedState(requestState, settings.maxStateBytes, request, settings.seal);
    const rounds = new InputRounds(request, settings, state);
    for (const [key, identity] of state.pending) rounds.take(identity, responses, key);
    const { usedStates } = settings;
    return usedStates ? rounds.claimed(state, usedStates) : rounds;
  }

  /** What the handler has learned so far. */
  get known(): KnownInput {
    return this.state;
  }

  /** Whether questions are waiting. The run is over then, whatever the handler still does. */
  get isLeft(): boolean {
    return this.hasLeft;
  }

  /**
   * Returns the answer if there is a valid one. Otherwise the question goes out at the end of the turn, together with the
   * others of the turn, and all of them reject.
   *
   * @throws {TypeError} when JSON cannot express the parameters
   */
  ask<T>(
    question: Question<T>,
    { key, signal }: { readonly key?: string; readonly signal: Abortable },
  ): Promise<T> {
    if (this.hasLeft) return Promise.reject(new McpInputRequiredException());
    const { method, params } = question;
    const identified = this.identities.identify(method, params, key);
    const { identity } = identified;
    const number = ++this.asked;
    const { answers, round } = this.state;
    if (key !== undefined) this.take(identity, this.early, key);
    const answer = answers.get(identity);
    if (answer !== undefined) {
      try {
        return Promise.resolve(question.read(JSON.parse(answer)));
      } catch (error) {
        if (!(error instanceof McpClientError)) throw error;
        answers.delete(identity);
      }
    }
    const { maxRounds } = this.settings;
    if (round >= maxRounds)
      return Promise.reject(
        new McpClientError(
          `${method}: the call has asked its client ${maxRounds} times ("input.maxRounds"). ` +
            'Ask the same in each run: take times and random values from ctx.once().',
        ),
      );
    return new Promise<T>((_, reject) => {
      if (this.noted.length === 0) setImmediate(() => this.leave());
      this.noted.push({ question: identified, key, number, signal, reject });
    });
  }

  /** Runs a step unless an earlier round did. A step that fails runs again. */
  async once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    const { steps } = this.state;
    const earlier = steps.get(key);
    if (earlier) this.identities.skip(earlier.asked);
    if (!earlier) {
      if (this.hasLeft) throw new McpInputRequiredException();
      const run = this.runOnce(key, step);
      this.running.add(run);
      try {
        await run;
      } finally {
        this.running.delete(run);
      }
    }
    return stepResult(steps.get(key)!.json);
  }

  /** Resolves when the steps that outlast the run have ended, so that their results are kept. */
  async unwound(): Promise<void> {
    if (this.running.size > 0) await Promise.allSettled(this.running);
  }

  /**
   * The result that asks the client. Taken after the run and {@link unwound}.
   *
   * @throws {JsonRpcError} -32603 when the state would be too long
   */
  result(): object {
    const asked = [...this.byKey()];
    const pending = asked.map(([key, { question }]) => [key, question.identity] as const);
    const { request, settings } = this;
    const { maxStateBytes, ttlMs, seal, errors } = settings;
    const { paramsDigest, round, answers, steps } = this.state;
    const state = { paramsDigest, round: round + 1, answers, steps, pending };
    const requestState = sealedState(state, request, Date.now() + ttlMs, seal);
    if (requestState.length > maxStateBytes) {
      const problem =
        `The answers and the results of once() take more than ${maxStateBytes} bytes ("input.maxStateBytes"). ` +
        'Keep large data elsewhere, and return its id from once().';
      const { name = request.params['uri'] } = request.params;
      errors.warn(`${request.method} ${String(name)}: ${problem}`);
      throw new JsonRpcError(ErrorCode.InternalError, problem);
    }
    const inputRequests = Object.fromEntries(
      asked.map(([key, { question }]) => [key, sentQuestion(question)]),
    );
    return { resultType: 'input_required', inputRequests, requestState };
  }

  /** Takes the client's answer to a question. One with too many members is asked for again. */
  private take(identity: string, responses: Params, key: string): void {
    if (!Object.hasOwn(responses, key)) return;
    const { maxAnswerMembers } = this.settings;
    const answer = responses[key];
    if (countMembers(answer, maxAnswerMembers) > maxAnswerMembers) return;
    this.state.answers.set(identity, JSON.stringify(answer));
  }

  private async runOnce(key: string, step: () => unknown): Promise<void> {
    const askedSince = this.identities.count();
    const json = await runStep(key, step);
    this.state.steps.set(key, { json, asked: askedSince() });
  }

  private async claimed({ id, expiresAt }: OpenedState, usedStates: UsedStates): Promise<this> {
    // Twice the time, for nodes whose clocks are behind.
    const ttlMs = expiresAt - Date.now() + this.settings.ttlMs;
    if (await usedStates.claim(id, ttlMs)) return this;
    throw refused('was used already');
  }

  private leave(): void {
    const { noted } = this;
    this.hasLeft = !noted[0]!.signal.aborted;
    if (!this.hasLeft) this.noted = [];
    for (const { reject, question } of noted)
      reject(
        this.hasLeft
          ? new McpInputRequiredException()
          : new McpClientError(`${question.method} was not sent: the request ended.`),
      );
  }

  /** The questions that go out, by their keys on the wire. */
  private byKey(): ReadonlyMap<string, Noted> {
    const byKey = new Map<string, Noted>();
    for (const noted of this.noted) if (noted.key !== undefined) byKey.set(noted.key, noted);
    for (const noted of this.noted) {
      if (noted.key !== undefined) continue;
      let key = String(noted.number);
      while (byKey.has(key)) key += '_';
      byKey.set(key, noted);
    }
    return byKey;
  }
}

function firstRound(): RoundState {
  return { round: 0, answers: new Map(), steps: new Map(), pending: [] };
}
