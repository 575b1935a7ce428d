import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { McpSessionView } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from '../protocol/execution.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import { SessionClosedError, SessionMovedError } from './session.errors.js';
import type { SharedJournal } from './shared-journal.js';

const NONE: ReadonlySet<RequestId> = new Set();

/** The session that messages are for. */
export interface InboxOwner extends McpSessionView {
  /** Called with each message that is taken. */
  markUsed(): void;
}

/** Takes the messages of one session's client. */
export class SessionInbox {
  /** Requests that are being written to the journal, and are received next. */
  private expected?: Set<RequestId>;
  private isClosed = false;
  private isMoved = false;
  private departure?: { readonly over: Promise<void>; readonly end: () => void };

  constructor(
    private readonly session: InboxOwner,
    private readonly connection: McpConnection,
    private readonly observer: TrafficObserver,
    private readonly journal?: SharedJournal,
  ) {}

  /**
   * Takes messages that come together, all of them or none. Synchronous, unless a policy or the journal is waited for.
   *
   * @param onTaken called before any of them can be answered
   * @param stream that carries the answers: in a cluster, the requests are kept for it before they are taken
   * @throws as `admit` and `keep` do
   */
  accept(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
    onTaken?: () => void,
    stream?: number,
  ): void | Promise<void> {
    const admitted = this.admit(messages, origin);
    const isKept = this.journal !== undefined && stream !== undefined;
    if (isKept || admitted instanceof Promise) return this.acceptLater(messages, admitted, onTaken, stream);
    this.take(admitted, onTaken);
  }

  /**
   * Decides which of several messages the client may send. Synchronous, unless a policy is waited for. Nothing is
   * taken yet.
   *
   * @throws {SessionMovedError} when another node owns the session
   * @throws {SessionClosedError}
   * @throws {RequestInFlightError}
   * @throws {TooManyRequestsError}
   * @throws {InsufficientScopeError} for a request that the client could make with more scopes; over stdio, which has
   *   no status for that, the request is answered with it instead
   */
  admit(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
  ): readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]> {
    this.assertReceivable(messages);
    // They are answered by the next owner.
    if (this.departure && messages.some(({ kind }) => kind === 'request'))
      return this.departure.over.then(() => this.admit(messages, origin));
    const admitted = this.connection.admit(messages, origin);
    if (this.session.transport === 'stdio') return admitted;
    return admitted instanceof Promise
      ? admitted.then((all) => this.permitted(all))
      : this.permitted(admitted);
  }

  /**
   * Writes admitted requests to the journal, so that they are answered even if this node dies. They are received right
   * afterwards.
   *
   * @param stream that carries the answers
   * @param mustBeKept whether to refuse them when the cluster cannot be reached
   * @throws as `admit` does, and {@link ClusterUnavailableError}
   */
  async keep(messages: readonly JsonRpcMessage[], stream: number, mustBeKept = false): Promise<void> {
    this.assertReceivable(messages);
    if (!this.journal) return;
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    if (ids.length === 0) return;
    const expected = (this.expected ??= new Set());
    for (const id of ids) expected.add(id);
    const keys = ids.map((id) => JSON.stringify(id));
    const keeping = await this.journal.keep(keys, stream);
    const isTaken = keeping === 'kept' || (keeping === 'unkept' && !mustBeKept);
    if (isTaken && !this.isClosed) return;
    for (const id of ids) expected.delete(id);
    for (const key of keys) this.journal.complete(key);
    if (this.isMoved || keeping === 'fenced') throw new SessionMovedError();
    throw this.isClosed ? new SessionClosedError() : new ClusterUnavailableError();
  }

  /**
   * Takes admitted messages. Resolves once they are in the journal, so that their requests are answered even if this node
   * dies. A journal that took the last write need not be waited for: the first event after them, such as the answer, is
   * written with them.
   *
   * @param stream that carries the answers
   * @param mustBeKept whether to refuse them when the cluster cannot be reached
   * @throws as `keep` does, with `SessionMovedError.hasBegun` for requests that were taken
   */
  async keepAndReceive(
    messages: readonly JsonRpcMessage[],
    admitted: readonly AdmittedMessage[],
    stream: number,
    mustBeKept = false,
  ): Promise<void> {
    const { journal } = this;
    const keys = messages.flatMap((each) => (each.kind === 'request' ? JSON.stringify(each.id) : []));
    if (!journal?.isHealthy || keys.length === 0) {
      await this.keep(messages, stream, mustBeKept);
      return this.receive(admitted);
    }
    this.assertReceivable(messages);
    const keeping = journal.keep(keys, stream, true);
    this.receive(admitted);
    if ((await keeping) === 'fenced') throw new SessionMovedError(true);
  }

  /**
   * Takes admitted messages, all of them or none.
   *
   * @param onTaken called before any of them can be answered
   * @throws as `admit` does: other messages may have come meanwhile
   */
  receive(admitted: readonly AdmittedMessage[], onTaken?: () => void): void {
    for (const { execution } of admitted) if (execution) this.expected?.delete(execution.request.id);
    this.assertReceivable(admitted.map(({ message }) => message));
    this.take(admitted, onTaken);
  }

  /** @throws as `admit` does */
  assertReceivable(messages: readonly JsonRpcMessage[]): void {
    if (this.isMoved) throw new SessionMovedError();
    if (this.isClosed) throw new SessionClosedError();
    this.connection.assertAcceptable(messages, this.expected ?? NONE);
  }

  /** Holds new requests until the session has another owner. */
  depart(): void {
    if (!this.journal || this.departure) return;
    let end!: () => void;
    this.departure = { over: new Promise((resolve) => (end = resolve)), end };
  }

  /** Takes nothing more. @param isMoved whether the next owner will */
  refuse(isMoved: boolean): void {
    this.isClosed = true;
    this.isMoved ||= isMoved;
  }

  /** As `refuse`, with the requests that wait for another owner. */
  close(isMoved = false): void {
    this.refuse(isMoved);
    this.departure?.end();
  }

  private async acceptLater(
    messages: readonly JsonRpcMessage[],
    admitting: readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]>,
    onTaken?: () => void,
    stream?: number,
  ): Promise<void> {
    const admitted = await admitting;
    if (stream === undefined) return this.receive(admitted, onTaken);
    await this.keepAndReceive(messages, admitted, stream);
    onTaken?.();
  }

  /** @throws {InsufficientScopeError} */
  private permitted(admitted: readonly AdmittedMessage[]): readonly AdmittedMessage[] {
    for (const { bytes, execution } of admitted) {
      if (!execution?.refusal) continue;
      const { request, context, refusal } = execution;
      this.observer.request(request.method, request.params, context, bytes)?.end(refusal, '');
      throw refusal;
    }
    return admitted;
  }

  private take(admitted: readonly AdmittedMessage[], onTaken?: () => void): void {
    this.session.markUsed();
    onTaken?.();
    this.observer.messages?.received(this.session, admitted);
    for (const message of admitted) this.connection.accept(message);
  }
}
