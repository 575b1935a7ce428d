import { IncomingMessage, ServerResponse, type Server } from 'node:http';
import { Socket } from 'node:net';
import { classKey, type ServerClasses } from '../../http/server-classes.js';

/** How long an adapter may take to call its first middleware. */
const PATIENCE_MS = 1_000;

/**
 * Finds out what an adapter gives its middleware: sends a request that no client sent through it before it listens. Our
 * middleware is the adapter's first, so no other sees it.
 */
export class AdapterProbe {
  private result?: Promise<boolean>;
  private settle?: (isNodes: boolean) => void;
  private request?: IncomingMessage;
  private response?: ServerResponse;

  /**
   * @param server of the adapter
   * @returns false if middleware gets other objects than Node's; true also if it gets none, as where another server is used
   */
  run(server: Server): Promise<boolean> {
    this.result ??= new Promise((resolve) => {
      const patience = setTimeout(() => this.settle?.(true), PATIENCE_MS);
      this.settle = (isNodes) => {
        this.settle = undefined;
        clearTimeout(patience);
        resolve(isNodes);
      };
      this.send(server);
    });
    return this.result;
  }

  /** @returns whether middleware was called for the probe, which must not go on, however late it comes */
  takes(request: unknown, response: unknown): boolean {
    if (request === this.request) {
      this.settle?.(response === this.response);
      return true;
    }
    if (!this.settle || request instanceof IncomingMessage) return false;
    this.settle(false);
    return true;
  }

  /** Calls the listeners themselves: what watches `emit()`, as tracing does, would report a request. */
  private send(server: Server): void {
    const request = (this.request = new (classOf(server, IncomingMessage))(new Socket()));
    Object.assign(request, { method: 'GET', url: '/', headers: { host: 'localhost' } });
    const response = (this.response = new (classOf(server, ServerResponse))(request));
    for (const listener of server.listeners('request')) void this.call(server, listener, request, response);
  }

  private async call(server: Server, listener: Function, ...args: unknown[]): Promise<void> {
    try {
      await Reflect.apply(listener, server, args);
    } catch {
      // Nothing is known then.
      this.settle?.(true);
    }
  }
}

/** The class that a server was created with. */
function classOf<T extends { readonly name: string }>(server: Server, type: T): T {
  const key = classKey(server, type);
  return ((key && (server as unknown as ServerClasses)[key]) ?? type) as T;
}
