import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, Invoker, PreparedRequest } from '../model/invoker.js';
import { ANONYMOUS } from '../model/principal.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest } from '../model/traffic-observer.js';
import type { AdmittedMessage } from './execution.js';
import type { JsonRpcMessage } from './json-rpc.js';
import { McpConnection } from './mcp-connection.js';

/** What happens to a connection. `at` picks one of those that wait, if any do. */
type Step =
  | { readonly does: 'call' | 'callSlowly' | 'subscribe' | 'unsubscribe' | 'cancel'; readonly id: number }
  | { readonly does: 'decide' | 'ask' | 'report'; readonly at: number }
  | { readonly does: 'finish'; readonly at: number; readonly how: 'result' | 'error' | 'refusal' | 'no JSON' }
  | { readonly does: 'reply'; readonly at: number; readonly isError: boolean }
  | { readonly does: 'ready' | 'wait' | 'close' | 'turn' };

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

interface Call extends Waiting<object> {
  readonly context: InvokedContext;
}

/** A request from the time it was accepted to its end. */
interface Accepted {
  readonly id: RequestId;
  answers: number;
  isCancelled: boolean;
}

const MAX_IN_FLIGHT = 3;
const NONE: ReadonlySet<RequestId> = new Set();
const CIRCLE: Record<string, unknown> = {};
CIRCLE['itself'] = CIRCLE;

const ids = fc.nat(3);
const at = fc.nat(5);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('call', 'callSlowly'), id: ids }) },
    {
      weight: 4,
      arbitrary: fc.record({ does: fc.constantFrom('subscribe', 'unsubscribe', 'cancel'), id: ids }),
    },
    { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('decide', 'ask', 'report'), at }) },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('finish'),
        at,
        how: fc.constantFrom('result', 'error', 'refusal', 'no JSON'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('reply'), at, isError: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ does: fc.constantFrom('ready', 'wait', 'turn', 'turn', 'turn') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('close') }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

/** A question that outlives its request: draws come upon it in some runs only. */
const ASKED_AND_ANSWERED = 'ready call turn ask turn finish turn close'
  .split(' ')
  .map((does) => ({ does, id: 0, at: 0, how: 'result' }) as Step);

/** A connection whose handlers, policy and client do what the steps say. */
class World {
  /** What went wrong where nobody would hear of an exception. */
  readonly faults: string[] = [];
  readonly contexts: InvokedContext[] = [];
  readonly calls: Call[] = [];
  readonly decisions: Waiting<void>[] = [];
  readonly questions: RequestId[] = [];
  readonly accepted: Accepted[] = [];
  readonly open = new Map<RequestId, Accepted>();
  held = 0;
  observed = 0;
  ended = 0;
  waits = 0;
  asks = 0;
  isClosed = false;
  private isSlow = false;

  readonly connection: McpConnection;

  constructor() {
    const invoker: Invoker = {
      prepare: (_method, _params, context) => this.prepared(context),
      admitsTool: () => true,
      watchable: () => ({ watch: () => Promise.resolve(() => undefined), isReadable: () => true }),
    };
    const options = {
      serverInfo: { name: 'world', version: '1' },
      maxInFlight: MAX_IN_FLIGHT,
      maxSubscriptions: 2,
      clientRequestMs: 60_000,
      maxAnswerMembers: 100,
      checkForm: () => () => undefined,
      observer: { request: () => this.observe(), refusal: () => undefined },
    };
    const errors = { report: () => 'correlation', warn: () => undefined, debug: () => undefined };
    const session = { transport: 'sse', principal: ANONYMOUS, params: {} } as Partial<McpSessionView>;
    this.connection = new McpConnection(invoker, options, errors, session as McpSessionView, {
      send: (json, relatesTo, isAnswer) => this.sent(json, relatesTo, isAnswer === true),
      abandon: (id) => {
        this.open.get(id)!.isCancelled = true;
        this.open.delete(id);
      },
      closeStream: () => undefined,
      stateChanged: () => undefined,
      hold: (bytes) => void (this.held += bytes),
    });
    this.connection.restore(
      { clientCapabilities: { roots: {} }, protocolVersion: '2025-11-25', subscriptions: [] },
      0,
    );
  }

  async run(step: Step): Promise<void> {
    switch (step.does) {
      case 'call':
      case 'callSlowly':
        this.isSlow = step.does === 'callSlowly';
        return this.take({ kind: 'request', id: step.id, method: 'tools/call', params: {} });
      case 'subscribe':
      case 'unsubscribe':
        return this.take({
          kind: 'request',
          id: step.id,
          method: `resources/${step.does}`,
          params: { uri: `r:${step.id}` },
        });
      case 'cancel':
        return this.take({
          kind: 'notification',
          method: 'notifications/cancelled',
          params: { requestId: step.id },
        });
      case 'ready':
        return this.take({ kind: 'notification', method: 'notifications/initialized', params: {} });
      case 'decide':
        return pick(this.decisions, step.at)?.resolve();
      case 'ask':
        return this.ask(this.contexts[step.at % this.contexts.length]);
      case 'report':
        return this.contexts[step.at % this.contexts.length]?.notify('notifications/own');
      case 'finish':
        return this.finish(pick(this.calls, step.at), step.how);
      case 'reply':
        return this.reply(pick(this.questions, step.at), step.isError);
      case 'wait':
        this.waits++;
        return void this.connection.whenIdle().then(() => this.waits--);
      case 'close':
        return this.close();
      case 'turn':
        await turn();
    }
  }

  /** Lets everything come to its end: whatever waits goes on, and the client answers. */
  async settle(): Promise<void> {
    while (this.decisions.length + this.calls.length + this.questions.length > 0) {
      await this.run({ does: 'decide', at: 0 });
      await this.run({ does: 'finish', at: 0, how: 'result' });
      await this.run({ does: 'ready' });
      await this.run({ does: 'reply', at: 0, isError: false });
      await turn();
    }
    await turn();
  }

  close(): void {
    if (this.isClosed) return;
    this.connection.close(new JsonRpcError(-32000, 'closed'));
    this.isClosed = true;
  }

  /** As a session does it: nothing is taken any more once it is closed. */
  private take(message: JsonRpcMessage): void {
    if (this.isClosed) return;
    const origin = {
      principal: ANONYMOUS,
      request: {},
      headers: {},
      streamHeaders: {},
      params: {},
      bytes: 100,
    };
    try {
      this.connection.assertAcceptable([message], NONE);
      const admitted = this.connection.admit([message], origin);
      if (admitted instanceof Promise) admitted.then((all) => this.accept(all)).catch(() => undefined);
      else this.accept(admitted);
    } catch {
      // The id is in flight, or as many requests are as there may be.
    }
    if (this.connection.inFlight > MAX_IN_FLIGHT) this.faults.push('too many requests in flight');
  }

  private accept(admitted: readonly AdmittedMessage[]): void {
    if (this.isClosed) return;
    // Other requests may have come while the policy was asked.
    for (const each of admitted) {
      this.connection.assertAcceptable([each.message], NONE);
      if (each.message.kind === 'request') this.expectAnswer(each.message.id);
      this.connection.accept(each);
    }
  }

  private expectAnswer(id: RequestId): void {
    if (this.open.has(id)) this.faults.push(`two requests ${id} at a time`);
    const accepted = { id, answers: 0, isCancelled: false };
    this.open.set(id, accepted);
    this.accepted.push(accepted);
  }

  private prepared(context: InvokedContext): PreparedRequest | Promise<PreparedRequest> {
    const run = () =>
      new Promise<object>((resolve, reject) => {
        this.contexts.push(context);
        this.calls.push({ context, resolve, reject });
      });
    if (!this.isSlow) return run;
    return new Promise<void>((resolve, reject) => this.decisions.push({ resolve, reject })).then(() => run);
  }

  private observe(): ObservedRequest {
    this.observed++;
    let isOver = false;
    return {
      end: () => {
        if (isOver) this.faults.push('a request ended twice');
        isOver = true;
        this.ended++;
      },
    };
  }

  private ask(context: InvokedContext | undefined): void {
    if (!context) return;
    this.asks++;
    const told = () => this.asks--;
    context.listRoots().then(told, told);
  }

  private finish(call: Call | undefined, how: string): void {
    if (how === 'result') call?.resolve({});
    if (how === 'error') call?.reject(new Error('masked'));
    if (how === 'refusal') call?.reject(new JsonRpcError(-32602, 'no'));
    if (how === 'no JSON') call?.resolve(CIRCLE);
  }

  private reply(id: RequestId | undefined, isError: boolean): void {
    if (id === undefined) return;
    this.take({ kind: 'response', id, ...(isError ? { error: {} } : { result: { roots: [] } }) });
  }

  private sent(json: string, relatesTo: RequestId | undefined, isAnswer: boolean): void {
    const { id, method } = JSON.parse(json) as { id?: RequestId; method?: string };
    if (method === 'roots/list') this.questions.push(id!);
    // A question may be cancelled after the request that it was made for was answered.
    if (method !== 'notifications/cancelled' && !this.open.has(relatesTo!))
      this.faults.push(`${json} for a request that is not in flight`);
    if (!isAnswer) return;
    const accepted = this.open.get(id!);
    if (accepted) accepted.answers++;
    this.open.delete(id!);
  }
}

function pick<T>(waiting: T[], position: number): T | undefined {
  return waiting.splice(position % waiting.length, 1)[0];
}

describe('a connection, whatever comes in whatever order', () => {
  it('answers each request once, or never when it was cancelled, and keeps nothing', async () => {
    const property = fc.asyncProperty(steps, fc.boolean(), async (happening, settlesFirst) => {
      const world = new World();
      for (const step of happening) await world.run(step);
      if (settlesFirst) await world.settle();
      world.close();
      expect(world.connection.inFlight).toBe(0);
      await world.settle();

      expect(world.faults).toEqual([]);
      for (const { answers, isCancelled } of world.accepted) expect(answers).toBe(isCancelled ? 0 : 1);
      expect(world.ended).toBe(world.observed);
      expect(world.observed).toBe(world.accepted.length);
      expect([world.held, world.waits, world.asks, world.open.size]).toEqual([0, 0, 0, 0]);
    });
    await fc.assert(property, { numRuns: 500, examples: [[ASKED_AND_ANSWERED, false]] });
  });
});
