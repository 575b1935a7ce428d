import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { LocalClient } from '../transports/stdio/local-client.js';
import type { LocalServer } from '../transports/stdio/local-server.js';
import { type McpTestRequestOptions, principalOf, requestOf } from './test-request.js';

/** Connects the SDK's client to a server in the same process. Messages pass as JSON text, as on the wire. */
export class MemoryTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  private client?: LocalClient;
  private receiving: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: LocalServer,
    private readonly caller: McpTestRequestOptions,
  ) {}

  /** @throws {SessionLimitError} */
  async start(): Promise<void> {
    const principal = principalOf(this.caller.principal);
    const output = {
      write: (line: string) => this.later(() => this.onmessage?.(JSON.parse(line) as JSONRPCMessage)),
      writableLength: 0,
      destroy: () => undefined,
    };
    this.client = new LocalClient(
      this.server,
      principal,
      requestOf(principal, this.caller),
      output as never,
      () => this.later(() => this.ended()),
    );
  }

  /** Resolves once the server has taken the message. It takes one after the other. */
  send(message: JSONRPCMessage): Promise<void> {
    const { client } = this;
    if (!client) return Promise.reject(new Error('The connection is closed.'));
    const json = JSON.stringify(message);
    const { maxMessageBytes } = this.server.options.limits;
    const bytes = Buffer.byteLength(json);
    if (bytes > maxMessageBytes)
      return Promise.reject(
        new Error(
          `The message has ${bytes} bytes, more than the ${maxMessageBytes} of "limits.maxMessageBytes".`,
        ),
      );
    return (this.receiving = this.receiving.then(() => client.receive(json)));
  }

  async close(): Promise<void> {
    this.client?.disconnect();
    this.ended();
  }

  /** Keeps the order, and runs nothing of the client inside a call of the server. */
  private later(step: () => void): boolean {
    queueMicrotask(step);
    return true;
  }

  private ended(): void {
    if (!this.client) return;
    this.client = undefined;
    this.onclose?.();
  }
}
