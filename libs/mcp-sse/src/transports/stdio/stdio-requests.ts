import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { andThen } from '../../model/and-then.js';
import type { MessageOrigin } from '../../protocol/call-port.js';
import { RequestInFlightError } from '../../protocol/errors/request-in-flight.error.js';
import { type JsonRpcRequest, serializeNotification } from '../../protocol/json-rpc.js';
import { requestClient } from '../../protocol/request-meta.js';
import type { StatelessRequest } from '../../stateless/stateless-request.js';
import type { Responder } from '../../stateless/stateless-server.js';
import type { StatelessRequests } from '../../stateless/stateless-requests.js';
import type { StdioOutlet } from './stdio.outlet.js';

/** The requests of the modern era in flight over stdio, by their ids. */
export class StdioRequests {
  private readonly open = new Map<RequestId, StatelessRequest | undefined>();
  private onIdle: () => void = () => undefined;

  constructor(
    private readonly requests: StatelessRequests,
    private readonly outlet: StdioOutlet,
  ) {}

  has(id: RequestId): boolean {
    return this.open.has(id);
  }

  /**
   * Takes a request and answers it.
   *
   * @throws {RequestInFlightError}
   * @throws {JsonRpcError} -32602, -32022
   * @throws as `StatelessRequests.admit` does
   */
  receive(message: JsonRpcRequest, origin: MessageOrigin): void | Promise<void> {
    const { id } = message;
    if (this.open.has(id)) throw new RequestInFlightError(id);
    const client = requestClient(message);
    const admitted = this.requests.admit(message, client, origin, () => this.responderOf(id));
    return andThen(admitted, (request) => {
      // It may have been answered while a policy decided.
      if (!request.isOpen) return;
      this.open.set(id, request);
      request.start(origin.bytes);
    });
  }

  /** The client cancels a request. It gets no answer. @returns whether it was in flight */
  cancel(id: RequestId, reason: string): boolean {
    const request = this.open.get(id);
    request?.cancel(reason);
    if (request) this.close(id);
    return request !== undefined;
  }

  /** The client is gone. */
  cancelAll(reason: string): void {
    for (const id of this.open.keys()) this.cancel(id, reason);
  }

  /** The client sends nothing more, so it does not end the streams on which it listens. */
  endListening(): void {
    for (const request of this.open.values()) request?.listening?.end();
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.onIdle = resolve;
      if (this.open.size === 0) resolve();
    });
  }

  private responderOf(id: RequestId): Responder {
    return {
      transport: 'stdio',
      notify: (json) => this.send(json),
      answer: (json) => {
        this.send(json);
        this.close(id);
        return false;
      },
      isBehind: false,
      keepAlive: () => undefined,
      endConnection: () => undefined,
      destroy: () => {
        // Only a stream may be cancelled by the server.
        if (this.open.get(id)?.listening)
          this.send(serializeNotification('notifications/cancelled', { requestId: id }));
        this.close(id);
      },
    };
  }

  private send(json: string): void {
    if (!this.outlet.send(json)) this.outlet.destroy();
  }

  private close(id: RequestId): void {
    this.open.delete(id);
    if (this.open.size === 0) this.onIdle();
  }
}
