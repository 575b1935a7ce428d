import { IncomingMessage, ServerResponse, type Server } from 'node:http';
import { Socket } from 'node:net';

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

  get isPending(): boolean {
    return this.settle !== undefined;
  }

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

  /** @returns whether middleware was called for the probe, which must not go on */
  takes(request: unknown, response: unknown): boolean {
    const isNodes = request === this.request && response === this.response;
    if (!isNodes && request instanceof IncomingMessage) return false;
    this.settle?.(isNodes);
    return true;
  }

  private send(server: Server): void {
    try {
      this.request = new (classOf(server, IncomingMessage))(new Socket());
      Object.assign(this.request, { method: 'GET', url: '/', headers: { host: 'localhost' } });
      this.response = new (classOf(server, ServerResponse))(this.request);
      server.emit('request', this.request, this.response);
    } catch {
      // Nothing is known then.
      this.settle?.(true);
    }
  }
}

/** The class that a server was created with. Node (20 to 26) keeps it under a symbol that is described by the class's name. */
function classOf<T extends { readonly name: string }>(server: Server, type: T): T {
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === type.name);
  return ((key && (server as unknown as Record<symbol, T>)[key]) ?? type) as T;
}
