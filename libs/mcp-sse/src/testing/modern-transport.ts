import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  LATEST_PROTOCOL_VERSION,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import {
  CLIENT_CAPABILITIES,
  CLIENT_INFO,
  LOG_LEVEL,
  PROTOCOL_VERSION,
  SERVER_INFO,
  SUBSCRIPTION_ID,
} from '../protocol/request-meta.js';
import { MODERN_VERSIONS } from '../protocol/revisions.js';

type Members = Record<string, unknown>;

/** The parameters of `initialize`. */
interface Introduction extends Members {
  readonly clientInfo: object;
  readonly capabilities: object;
}

/** The result of `server/discover`. */
interface Discovery extends Members {
  readonly capabilities: Readonly<Record<string, { readonly listChanged?: boolean } | undefined>>;
  readonly instructions?: string;
  readonly _meta: Members;
}

/** A result that asks the client. */
interface InputRequired extends Members {
  readonly inputRequests?: Readonly<Record<string, { readonly method: string; readonly params?: Members }>>;
  readonly requestState?: string;
}

/** An answer with an error, or the error that kept a request from being sent, which has no code. */
interface CodedError extends Error {
  readonly code?: number;
  readonly data?: unknown;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/**
 * Lets the SDK's version 1, which opens a session, speak the modern era over another transport: each request stands for
 * itself, questions come as results, and changes come on a stream that the client has asked for.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28
 */
export class ModernTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** What each request says of its client. */
  private meta: Members = {};
  private capabilities: Discovery['capabilities'] = {};
  /** Requests that have no answer yet. */
  private readonly requests = new Map<RequestId, JSONRPCRequest>();
  /** Questions that the client has not answered yet. */
  private readonly questions = new Map<RequestId, Waiting<unknown>>();
  /** Streams of changes that are being opened. */
  private readonly opening = new Map<RequestId, Waiting<Members>>();
  private asked = 0;

  /** @param cancel cancels a request, as the inner transport does */
  constructor(
    private readonly inner: Transport,
    private readonly cancel: (notification: JSONRPCNotification) => Promise<void>,
  ) {}

  async start(): Promise<void> {
    this.inner.onmessage = (message) => this.receive(message);
    this.inner.onclose = () => this.onclose?.();
    this.inner.onerror = (error) => this.onerror?.(error);
    await this.inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message)) return this.answered(message);
    if ('id' in message) return this.request(message);
    if (message.method === 'notifications/initialized') await this.listenToLists();
    if (message.method === 'notifications/cancelled') {
      this.requests.delete(message.params?.['requestId'] as RequestId);
      await this.cancel(message);
    }
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private async request(request: JSONRPCRequest): Promise<void> {
    const { id, method, params = {} } = request;
    const { uri, level } = params as { readonly uri: string; readonly level: string };
    switch (method) {
      case 'initialize':
        return this.discover(request);
      case 'ping':
        return this.answer(id, {});
      case 'logging/setLevel':
        this.meta[LOG_LEVEL] = level;
        return this.answer(id, {});
      case 'resources/subscribe':
        return this.subscribe(id, uri);
      case 'resources/unsubscribe':
        await this.stopListening(uri);
        return this.answer(id, {});
      default:
        return this.forward(request);
    }
  }

  private forward(request: JSONRPCRequest): Promise<void> {
    this.requests.set(request.id, request);
    const { _meta: meta, ...params } = request.params ?? {};
    return this.inner.send({ ...request, params: { ...params, _meta: { ...meta, ...this.meta } } });
  }

  private discover({ id, jsonrpc, params }: JSONRPCRequest): Promise<void> {
    const { clientInfo, capabilities } = params as Introduction;
    this.meta = {
      [PROTOCOL_VERSION]: MODERN_VERSIONS[0],
      [CLIENT_INFO]: clientInfo,
      [CLIENT_CAPABILITIES]: capabilities,
    };
    this.inner.setProtocolVersion?.(MODERN_VERSIONS[0]!);
    return this.forward({ jsonrpc, id, method: 'server/discover' });
  }

  private receive(message: JSONRPCMessage): void {
    if ('method' in message) return this.notified(message as JSONRPCNotification);
    const id = message.id!;
    const request = this.requests.get(id);
    this.requests.delete(id);
    if ('error' in message) this.opening.get(id)?.reject(errorOf(message));
    if (!request) return;
    if ('error' in message) return this.onmessage?.(message);
    const { result } = message as { result: Members };
    if (result['resultType'] === 'input_required') void this.askAll(request, result as InputRequired);
    else if (request.method === 'server/discover') this.introduced(id, result as Discovery);
    else this.onmessage?.(message);
  }

  /** Answers `initialize`. The SDK knows no version of the modern era, so it is told its own newest one. */
  private introduced(id: RequestId, { capabilities, instructions, _meta: meta }: Discovery): void {
    this.capabilities = capabilities;
    const serverInfo = meta[SERVER_INFO];
    this.answer(id, { protocolVersion: LATEST_PROTOCOL_VERSION, capabilities, serverInfo, instructions });
  }

  /** Has the client answer the questions of a result, and sends the request again with the answers. */
  private async askAll(
    request: JSONRPCRequest,
    { inputRequests = {}, requestState }: InputRequired,
  ): Promise<void> {
    const { id } = request;
    this.requests.set(id, request);
    try {
      const answers = await Promise.all(
        Object.entries(inputRequests).map(
          async ([key, { method, params }]) => [key, await this.ask(method, params)] as const,
        ),
      );
      // The client may have cancelled it meanwhile.
      if (!this.requests.has(id)) return;
      const inputResponses = Object.fromEntries(answers);
      await this.forward({ ...request, params: { ...request.params, requestState, inputResponses } });
    } catch (error) {
      if (this.requests.delete(id)) this.refuse(id, error as Error);
    }
  }

  private ask(method: string, params: Members | undefined): Promise<unknown> {
    const id = `question ${++this.asked}`;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { resolve, reject });
      this.onmessage?.({ jsonrpc: '2.0', id, method, params });
    });
  }

  private answered(message: JSONRPCResponse): void {
    const question = this.questions.get(message.id!);
    this.questions.delete(message.id!);
    if ('error' in message) question?.reject(errorOf(message));
    else question?.resolve(message.result);
  }

  private notified(notification: JSONRPCNotification): void {
    const { method, params = {} } = notification;
    if (method !== 'notifications/subscriptions/acknowledged') return this.onmessage?.(notification);
    const { _meta: meta, notifications } = params as {
      readonly _meta: Members;
      readonly notifications: Members;
    };
    this.opening.get(meta[SUBSCRIPTION_ID] as RequestId)?.resolve(notifications);
  }

  /** In a session, these changes come without asking. */
  private async listenToLists(): Promise<void> {
    const lists = ['tools', 'prompts', 'resources'].filter((list) => this.capabilities[list]?.listChanged);
    const flags = lists.map((list) => [`${list}ListChanged`, true]);
    if (flags.length > 0) await this.listen('lists', Object.fromEntries(flags) as Members);
  }

  private async subscribe(id: RequestId, uri: string): Promise<void> {
    try {
      const granted = await this.listen(uri, { resourceSubscriptions: [uri] });
      if ((granted['resourceSubscriptions'] as string[]).includes(uri)) return this.answer(id, {});
      await this.stopListening(uri);
      const error = { code: ErrorCode.InvalidParams, message: `Resource not found: ${uri}` };
      this.onmessage?.({ jsonrpc: '2.0', id, error });
    } catch (error) {
      this.refuse(id, error as Error);
    }
  }

  /** Opens a stream of changes. @returns what of it is granted */
  private listen(id: string, notifications: Members): Promise<Members> {
    return new Promise<Members>((resolve, reject) => {
      this.opening.set(id, { resolve, reject });
      const params = { notifications, _meta: this.meta };
      this.inner.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }).catch(reject);
    }).finally(() => this.opening.delete(id));
  }

  private stopListening(id: string): Promise<void> {
    return this.cancel({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
  }

  private answer(id: RequestId, result: Members): void {
    this.onmessage?.({ jsonrpc: '2.0', id, result });
  }

  private refuse(id: RequestId, { code = ErrorCode.InternalError, message, data }: CodedError): void {
    this.onmessage?.({ jsonrpc: '2.0', id, error: { code, message, data } });
  }
}

function errorOf({ error: { code, message, data } }: JSONRPCErrorResponse): CodedError {
  return Object.assign(new Error(message), { code, data });
}
