import type {
  ClientCapabilities,
  CreateMessageRequestParams,
  CreateMessageResult,
  CreateMessageResultWithTools,
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
  LoggingLevel,
  Root,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpContext, McpEra } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import { CallContext } from '../protocol/call-context.js';
import type { CallPort, MessageOrigin } from '../protocol/call-port.js';
import type { Question } from '../protocol/input/question.js';
import { runStep, stepResult } from '../protocol/input/step-result.js';
import { REVISIONS } from '../protocol/revisions.js';
import { compileForm } from '../schema/compile-form.js';
import { type McpTestRequestOptions, principalOf, requestOf } from './test-request.js';

/** An answer, or a function that gives one. */
type Answer<Params, Result> = Result | ((params: Params) => Result | Promise<Result>);

/** What a handler finds in its context. */
export interface McpContextOptions extends McpTestRequestOptions {
  /** In the legacy era there is a session. Default: `legacy`. */
  era?: McpEra;
  /** Answers `ctx.elicit()`, such as `{ action: 'accept', content: { size: 3 } }`. */
  elicit?: Answer<ElicitRequestFormParams | ElicitRequestURLParams, ElicitResult>;
  /** Answers `ctx.sample()`. */
  sample?: Answer<CreateMessageRequestParams, CreateMessageResult | CreateMessageResultWithTools>;
  /** Answers `ctx.listRoots()`. */
  roots?: Root[];
  /** Capabilities of the client. Default: all, so that a question without an answer fails the test. */
  capabilities?: ClientCapabilities;
  /** Aborts the signal of the context. */
  signal?: AbortSignal;
  /** What the `contextFactory` option would add. */
  extras?: object;
}

/** What `ctx.progress()` was called with. */
export interface McpReportedProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a method of `ctx.log` was called with. */
export interface McpLoggedMessage {
  readonly level: LoggingLevel;
  readonly data: unknown;
  readonly logger?: string;
}

/** What a handler has sent to its client, in order, as the client would get it. */
export interface McpSentMessages {
  /** By `ctx.progress()`. */
  readonly progress: McpReportedProgress[];
  /** By `ctx.log`. */
  readonly logs: McpLoggedMessage[];
  /** By `ctx.notify()`. */
  readonly notifications: { readonly method: string; readonly params?: Readonly<Record<string, unknown>> }[];
  /** By `ctx.elicit()`, `ctx.sample()` and `ctx.listRoots()`. */
  readonly questions: { readonly method: string; readonly params?: object }[];
}

/** The context of a call that no client has made. */
export type McpTestContext = McpContext & {
  /** What the handler has sent. */
  readonly sent: McpSentMessages;
};

/**
 * A context for the unit test of a handler. It is the one that handlers get, but what they send is collected, and their
 * questions are answered by the options.
 *
 * ```ts
 * const ctx = mcpContext({ principal: { subject: 'ada' }, elicit: { action: 'accept', content: { size: 3 } } });
 * expect(await service.order({ amount: 2 }, ctx)).toBe('ordered size 3');
 * expect(ctx.sent.progress).toEqual([{ progress: 1, total: 2 }]);
 * ```
 *
 * @throws {TypeError} when the principal has no subject
 */
export function mcpContext(options: McpContextOptions = {}): McpTestContext {
  const principal = principalOf(options.principal);
  const request = requestOf(principal, options);
  const { headers, params } = request;
  const { extras, signal } = options;
  const origin = { principal, request, headers, streamHeaders: headers, params, bytes: 0, extras };
  const context = new CollectingContext(origin, options);
  const abort = () => context.abort(signal!.reason as Error);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return context;
}

const REQUEST_ID = 1;
const PROGRESS_TOKEN = 1;
const CLIENT = { name: 'nestjs-mcp-sse-test', version: '1.0.0' };
const ALL: ClientCapabilities = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  roots: { listChanged: true },
};

class CollectingContext extends CallContext {
  readonly sent: McpSentMessages;

  constructor(origin: MessageOrigin, options: McpContextOptions) {
    const sent: McpSentMessages = { progress: [], logs: [], notifications: [], questions: [] };
    super(REQUEST_ID, PROGRESS_TOKEN, origin, portOf(origin, options, sent));
    this.sent = sent;
  }
}

/** Takes the place of a connection. */
function portOf(
  { principal, params }: MessageOrigin,
  options: McpContextOptions,
  sent: McpSentMessages,
): CallPort {
  const { era = 'legacy', capabilities = ALL } = options;
  const state = {
    protocolVersion: REVISIONS.findLast((revision) => revision.era === era)!.version,
    clientInfo: CLIENT,
    clientCapabilities: capabilities,
    logLevel: 'debug' as const,
  };
  const notify = (method: string, given?: object) => collect(sent, method, given);
  const now = Date.now();
  const session: McpSessionView = {
    ...state,
    id: 'test',
    transport: 'stdio',
    principal,
    params,
    createdAt: now,
    lastActivityAt: now,
    attached: true,
    inFlight: 1,
    queuedBytes: 0,
    streamQuery: {},
    notify,
  };
  return {
    session: era === 'legacy' ? session : undefined,
    transport: 'stdio',
    state,
    checkForm: compileForm,
    notify,
    ask: async (question) => {
      const { method, params: asked } = question;
      sent.questions.push(asked ? { method, params: asked } : { method });
      return question.read(await answerTo(question, options));
    },
    once: async (key, step) => stepResult(await runStep(key, step)),
    closeStream: () => undefined,
  };
}

function collect(
  { progress, logs, notifications }: McpSentMessages,
  method: string,
  given: object | undefined,
): void {
  const params = given && (JSON.parse(JSON.stringify(given)) as Record<string, unknown>);
  if (method === 'notifications/progress') {
    const { progressToken: _, ...reported } = params!;
    progress.push(reported as unknown as McpReportedProgress);
  } else if (method === 'notifications/message') logs.push(params as unknown as McpLoggedMessage);
  else notifications.push(params ? { method, params } : { method });
}

/** How a test answers each question. */
const ANSWERS: Readonly<Record<string, readonly [option: 'elicit' | 'sample' | 'roots', example: string]>> = {
  'elicitation/create': ['elicit', "{ action: 'accept', content: { … } }"],
  'sampling/createMessage': [
    'sample',
    "{ role: 'assistant', model: 'test', content: { type: 'text', text: '…' } }",
  ],
  'roots/list': ['roots', "[{ uri: 'file:///…' }]"],
};

/** @throws {Error} when the test has no answer to the question */
async function answerTo({ method, params }: Question<unknown>, options: McpContextOptions): Promise<unknown> {
  const [option, example] = ANSWERS[method]!;
  const answer = options[option];
  if (answer === undefined)
    throw new Error(
      `The handler has asked its client (${method}), and the test has no answer. ` +
        `Give one to mcpContext({ ${option}: ${example} }), or a function that returns one.`,
    );
  if (option === 'roots') return { roots: answer };
  return typeof answer === 'function' ? (answer as (params: unknown) => unknown)(params) : answer;
}
