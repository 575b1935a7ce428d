import { McpClientError } from '../model/errors/mcp-client.error.js';
import { McpInputRequiredException } from '../model/errors/mcp-input-required.exception.js';
import type { McpTaskChange, McpTaskQuestion, McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { LeavableRun } from '../protocol/call-port.js';
import type { Question } from '../protocol/input/question.js';
import {
  QuestionIdentities,
  type SentQuestion,
  sentQuestion,
} from '../protocol/input/question-identities.js';
import { runStep, stepResult } from '../protocol/input/step-result.js';

/** What the questions of a run need of it. */
export interface QuestionHost {
  /** Changes the task, unless the run may no longer do that. @returns the task after that, if it may */
  update(decide: (task: McpTaskRecord) => McpTaskChange | undefined): Promise<McpTaskRecord | undefined>;
  /** Ends the run. */
  fail(error: unknown): void;
}

/** A question whose answer the handler awaits. */
interface Waiting {
  readonly request: SentQuestion;
  readonly key: string | undefined;
  /** Which question of the run it is, from 1. */
  readonly number: number;
  /** @returns whether the answer fits */
  take(answer: string): boolean;
  reject(error: Error): void;
}

/**
 * Lets the handler of a task ask its client. The questions stand in the task, and the handler waits in memory for their
 * answers. After a while it is left, and another run starts from the beginning with what is known by then.
 */
export class TaskQuestions implements LeavableRun {
  private readonly identities = new QuestionIdentities();
  private readonly waiting = new Map<string, Waiting>();
  private readonly running = new Set<Promise<unknown>>();
  private asked = 0;
  private isFlushing = false;
  private hasLeft = false;
  private holding?: NodeJS.Timeout;

  /**
   * @param holdMs milliseconds for which the handler waits
   * @param maxQuestions most questions of one task
   */
  constructor(
    private task: McpTaskRecord,
    private readonly host: QuestionHost,
    private readonly holdMs: number,
    private readonly maxQuestions: number,
  ) {}

  get isLeft(): boolean {
    return this.hasLeft;
  }

  result(): object {
    return { resultType: 'input_required' };
  }

  async unwound(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** @throws {TypeError} when JSON cannot express the parameters */
  ask<T>(question: Question<T>, key: string | undefined): Promise<T> {
    if (this.hasLeft) return Promise.reject(new McpInputRequiredException());
    const identified = this.identities.identify(question.method, question.params, key);
    const number = ++this.asked;
    return new Promise<T>((resolve, reject) => {
      const take = (answer: string) => {
        try {
          resolve(question.read(JSON.parse(answer)));
        } catch (error) {
          if (!(error instanceof McpClientError)) throw error;
          return false;
        }
        return true;
      };
      const request = sentQuestion(identified);
      this.waiting.set(identified.identity, { request, key, number, take, reject });
      this.flushSoon();
    });
  }

  /** Runs a step unless an earlier run did. A step that fails runs again. */
  async once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    const earlier = this.task.steps.find((known) => known.key === key);
    if (earlier) {
      this.identities.skip(earlier.asked);
      return stepResult(earlier.json);
    }
    if (this.hasLeft) throw new McpInputRequiredException();
    const run = this.runOnce(key, step);
    this.running.add(run);
    try {
      return stepResult(await run);
    } finally {
      this.running.delete(run);
    }
  }

  /** Takes the answers that have come. */
  changed(task: McpTaskRecord): void {
    if (task.version < this.task.version) return;
    this.task = task;
    for (const [identity, waiting] of this.waiting) {
      const question = questionOf(task, identity);
      if (question?.state !== 'answered') continue;
      if (waiting.take(question.answer!)) this.waiting.delete(identity);
      else this.flushSoon();
    }
    if (this.waiting.size === 0) this.stopHolding();
  }

  /** The run is over: nobody gets an answer any more. */
  end(reason: Error): void {
    this.stopHolding();
    for (const { request, reject } of this.waiting.values())
      reject(new McpClientError(`${request.method}: the task has ended: ${reason.message}`));
    this.waiting.clear();
  }

  private async runOnce(key: string, step: () => unknown): Promise<string | undefined> {
    const askedSince = this.identities.count();
    const json = await runStep(key, step);
    const kept = { key, json, asked: askedSince() };
    const task = await this.host.update(({ steps }) => ({ steps: [...steps, kept] }));
    if (task) this.task = task;
    return json;
  }

  /** At the end of the turn, so that the questions of one turn go out together. */
  private flushSoon(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      this.flush().catch((error: unknown) => this.host.fail(error));
    });
  }

  private async flush(): Promise<void> {
    if (this.waiting.size === 0) return;
    const task = await this.host.update((current) => this.asking(current));
    if (!task) return;
    this.changed(task);
    if (this.waiting.size === 0) return;
    this.refuseSurplus(task);
    if (task.run === undefined) this.leave();
    else this.hold();
  }

  /** The change that puts the questions into the task which it does not have yet. */
  private asking(task: McpTaskRecord): McpTaskChange | undefined {
    const questions = [...task.questions];
    for (const [identity, { request, key, number, take }] of this.waiting) {
      const index = questions.findIndex((known) => known.identity === identity && known.state !== 'refused');
      const known = questions[index];
      if (known?.state === 'open' || (known && take(known.answer!))) continue;
      if (known) questions[index] = { ...known, state: 'refused' };
      if (questions.length >= this.maxQuestions) continue;
      questions.push({ key: unused(key ?? String(number), questions), identity, request, state: 'open' });
    }
    const isOpen = questions.some(({ state }) => state === 'open');
    if (!isOpen) return undefined;
    return {
      questions,
      status: 'input_required',
      statusMessage: undefined,
      lastUpdatedAt: Date.now(),
      ...(this.holdMs === 0 && { run: undefined }),
    };
  }

  private refuseSurplus(task: McpTaskRecord): void {
    for (const [identity, { request, reject }] of this.waiting) {
      if (questionOf(task, identity)) continue;
      this.waiting.delete(identity);
      reject(
        new McpClientError(
          `${request.method}: the task has asked its client ${this.maxQuestions} times ("input.maxRounds"). ` +
            'Ask the same in each run: take times and random values from ctx.once().',
        ),
      );
    }
  }

  private hold(): void {
    if (this.holding || !Number.isFinite(this.holdMs)) return;
    this.holding = setTimeout(() => {
      this.park().catch((error: unknown) => this.host.fail(error));
    }, this.holdMs).unref();
  }

  private stopHolding(): void {
    clearTimeout(this.holding);
    this.holding = undefined;
  }

  /** Gives up waiting, unless an answer has come. */
  private async park(): Promise<void> {
    this.holding = undefined;
    const task = await this.host.update(({ status }) =>
      status === 'input_required' ? { run: undefined } : undefined,
    );
    if (!task) return;
    this.changed(task);
    if (task.run === undefined) this.leave();
  }

  private leave(): void {
    this.hasLeft = true;
    this.stopHolding();
    for (const { reject } of this.waiting.values()) reject(new McpInputRequiredException());
    this.waiting.clear();
  }
}

/** The question of this identity that counts. */
function questionOf({ questions }: McpTaskRecord, identity: string): McpTaskQuestion | undefined {
  return questions.findLast((question) => question.identity === identity && question.state !== 'refused');
}

function unused(key: string, questions: readonly McpTaskQuestion[]): string {
  let free = key;
  while (questions.some((question) => question.key === free)) free += '_';
  return free;
}
