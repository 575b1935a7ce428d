import type { IncomingHttpHeaders } from 'node:http';
import { readableIds, requestsIn } from '../acceptable.js';
import { isPlain, NAMED, said } from './mirrored.js';
import {
  CAPABILITIES,
  CLAIM,
  CLIENT_INFO,
  LOG_LEVEL,
  MODERN,
  type ModernPost,
  type PostHeaders,
} from './modern-post.js';

/** The answer to one POST, as far as it was read. */
export interface ModernAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body if it is no event stream. */
  readonly text?: string;
  /** The messages of an event stream. */
  readonly messages?: readonly string[];
  /** The client left before the answer was complete. */
  readonly isCut: boolean;
}

type Members = Readonly<Record<string, any>>;

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const STATE_METHODS = new Set(['tools/call', 'prompts/get', 'resources/read']);
const CACHED = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);
const ASKED_BY: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};
const STATUS_OF: Readonly<Record<number, number>> = {
  [-32700]: 400,
  [-32600]: 400,
  [-32601]: 404,
  [-32020]: 400,
  [-32021]: 400,
  [-32022]: 400,
};

/** Judges the answers to POSTs by the specification, independently of the server. */
export class ModernJudge {
  private readonly body: any;
  private readonly params: Members;
  private readonly meta: Members;

  /**
   * @param owner the name in answers that no other client may get
   * @param owners the names of all clients
   */
  constructor(
    private readonly post: ModernPost,
    private readonly maxMessageBytes: number,
    private readonly owner: string,
    private readonly owners: ReadonlySet<string>,
  ) {
    this.body = parsed(post.text);
    this.params = isObject(this.body) && isObject(this.body['params']) ? this.body['params'] : {};
    this.meta = isObject(this.params['_meta']) ? this.params['_meta'] : {};
  }

  /** Whether the POST belongs to the modern era. */
  get isModern(): boolean {
    if (this.meta[CLAIM] !== undefined) return true;
    const { headers } = this.post;
    const isInitialize = isObject(this.body) && this.body['method'] === 'initialize';
    return headers['mcp-protocol-version'] === MODERN && !('mcp-session-id' in headers) && !isInitialize;
  }

  /** @throws {Error} saying what is wrong with the answer */
  check(answer: ModernAnswer): void {
    const { status, text, messages, isCut } = answer;
    if (messages) return this.checkStream(answer);
    if (status === 202) {
      if (!this.isNotification || text !== '') fault('202');
      return;
    }
    if (isCut) return;
    if (!/^application\/json\b/.test(answer.headers['content-type'] ?? ''))
      fault('neither JSON nor an event stream');
    const message = parsed(text!);
    this.checkAnswer(message);
    const { error } = message as Members;
    if (!this.isModern) {
      if (![200, 400, 404, 413].includes(status)) fault('a status of the legacy era');
      return;
    }
    if (this.isNotification && this.requestIds) fault('no 202 to a notification');
    if (error === undefined) return status === 200 ? undefined : fault('a result with another status');
    const code = error['code'] as number;
    if (status === 413) return this.post.text.length > this.maxMessageBytes / 2 ? undefined : fault('413');
    // An error of the feature itself has status 200, one of the request 400.
    const allowed = code in STATUS_OF ? [STATUS_OF[code]] : code === -32602 ? [200, 400] : [200];
    if (!allowed.includes(status)) fault('an error with another status');
  }

  private checkStream({ status, headers, messages, isCut }: ModernAnswer): void {
    if (status !== 200) fault('a stream with another status');
    if (headers['x-accel-buffering'] !== 'no') fault('a stream that proxies may buffer');
    const [last, ...before] = messages!.map((each) => JSON.parse(each) as Members).reverse();
    const isOver = last !== undefined && !('method' in last);
    if (!isCut && !isOver) fault('a stream without a response');
    for (const notification of isOver ? before : [last, ...before].filter((each) => each !== undefined))
      this.checkNotification(notification);
    if (isOver) this.checkAnswer(last);
  }

  private checkNotification(message: Members): void {
    const { jsonrpc, method, params } = message;
    if (jsonrpc !== '2.0' || typeof method !== 'string') fault(`no notification: ${JSON.stringify(message)}`);
    if ('id' in message) fault('a request of the server');
    if (method === 'notifications/progress' && params.progressToken !== this.meta['progressToken'])
      fault('progress of another token');
    if (method === 'notifications/message') {
      const asked = LEVELS.indexOf(this.meta[LOG_LEVEL] as string);
      if (asked < 0 || LEVELS.indexOf(params.level as string) < asked) fault('a log that was not asked for');
    }
    if (this.body?.method !== 'subscriptions/listen') return;
    const { 'io.modelcontextprotocol/subscriptionId': subscription } = (params?.['_meta'] ?? {}) as Members;
    if (subscription !== this.body.id) fault('a notification of another subscription');
  }

  private checkAnswer(message: unknown): void {
    if (!isObject(message) || message['jsonrpc'] !== '2.0') return fault('no answer');
    const { id = null, error, result } = message as Members;
    if ((error === undefined) === (result === undefined)) fault('neither a result nor an error');
    const ids = Array.isArray(this.body) ? [] : readableIds(this.post.text);
    const isAnswered = ids.some((sent) => sent === id);
    const mayBeUnknown =
      ids.length === 0 || !('method' in this.body) || this.post.text.length > this.maxMessageBytes / 2;
    if (!isAnswered && !(id === null && mayBeUnknown)) fault('another id');
    if (error !== undefined) this.checkError(error as Members);
    else if (this.isModern) this.checkResult(result);
  }

  private checkError({ code, message, data }: Members): void {
    if (!Number.isSafeInteger(code) || typeof message !== 'string') fault('a malformed error');
    if (!this.isModern)
      return [-32020, -32021, -32022].includes(code as number)
        ? fault('an error of the modern era')
        : undefined;
    switch (code) {
      case -32001:
      case -32002:
      case -32042:
        return fault('an error of the legacy era');
      case -32603:
        return fault('an internal error');
      case -32020:
        return this.headersMayBeWrong ? undefined : fault('the headers say what the body says');
      case -32021:
        return isObject(data?.requiredCapabilities) ? undefined : fault('which capabilities?');
      case -32022: {
        const claim = this.meta[CLAIM] ?? this.params['protocolVersion'];
        const { supported, requested } = (data ?? {}) as Members;
        if (claim === MODERN || !Array.isArray(supported) || !supported.includes(MODERN))
          fault('a version that is served');
        return typeof requested === 'string' ? undefined : fault('which version?');
      }
      default:
        // Reserved for the specification.
        if (code <= -32020 && code >= -32099) fault('an unknown code');
    }
  }

  private checkResult(result: unknown): void {
    if (!this.requestIds) fault('a result of a request that is malformed');
    if (this.meta[CLAIM] !== MODERN) fault('a result in a version that is not served');
    if (!isMetaRight(this.meta)) fault('a result in spite of its _meta');
    if (this.headersAreWrong) fault('a result in spite of its headers');
    if (!isObject(result)) return fault('a result that is no object');
    const { resultType, _meta, inputRequests, requestState, ttlMs, cacheScope, content } = result as Members;
    if (!_meta?.['io.modelcontextprotocol/serverInfo']) fault('a result of an unknown server');
    const { method } = this.body as Members;
    const isCached = CACHED.has(method as string) && resultType === 'complete';
    if (isCached !== (Number.isSafeInteger(ttlMs) && ['public', 'private'].includes(cacheScope as string)))
      fault('caching');
    const text: unknown = content?.[0]?.text;
    if (typeof text === 'string' && text !== this.owner && this.owners.has(text))
      fault(`the answer to ${text}`);
    if (resultType === 'complete') return;
    if (resultType !== 'input_required' || !STATE_METHODS.has(method as string))
      fault('another type of result');
    if (typeof requestState !== 'string' || !isObject(inputRequests)) fault('no questions');
    for (const { method: asked } of Object.values(inputRequests as Members) as Members[])
      if (!((ASKED_BY[asked as string] ?? 'none') in this.meta[CAPABILITIES])) fault(`may not ask ${asked}`);
  }

  private get requestIds(): unknown[] | undefined {
    return requestsIn(this.post.text, false);
  }

  private get isNotification(): boolean {
    return isObject(this.body) && 'method' in this.body && !('id' in this.body);
  }

  /** Whether a header is missing, repeated, malformed or different from the body. */
  private get headersAreWrong(): boolean {
    const { headers } = this.post;
    const { method } = this.body as Members;
    const named = NAMED.get(method);
    return (
      headers['mcp-protocol-version'] !== this.meta[CLAIM] ||
      headers['mcp-method'] !== method ||
      (named !== undefined && valueOf(headers, 'mcp-name') !== this.params[named])
    );
  }

  /** Also when a header cannot say what the body says, need not be there, or is repeated. */
  private get headersMayBeWrong(): boolean {
    const { headers } = this.post;
    const { method } = (this.body ?? {}) as Members;
    const isSayable = typeof method === 'string' && isPlain(method);
    const isNamed = 'mcp-name' in headers && !NAMED.has(method);
    return this.headersAreWrong || !isSayable || isNamed || Array.isArray(headers['mcp-param-unknown']);
  }
}

function valueOf(headers: PostHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? said(value) : undefined;
}

/** By the specification alone: what is required, and the types of what is optional. */
function isMetaRight(meta: Members): boolean {
  const { [CAPABILITIES]: capabilities, [CLIENT_INFO]: info, [LOG_LEVEL]: level } = meta;
  const isInfo = isObject(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
  return (
    isObject(capabilities) &&
    (info === undefined || isInfo) &&
    (level === undefined || LEVELS.includes(level as string))
  );
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fault(what: string): never {
  throw new Error(what);
}
