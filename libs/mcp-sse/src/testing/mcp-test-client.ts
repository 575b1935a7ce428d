import type { DynamicModule, INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type ClientCapabilities,
  isJSONRPCNotification,
  type JSONRPCNotification,
} from '@modelcontextprotocol/sdk/types.js';
import type {
  McpMemoryClientOptions,
  McpTestClientOptions,
  McpTestServerOptions,
} from './mcp-test-client.options.js';
import { MemoryTransport } from './memory-transport.js';
import { modernHttp } from './modern-http.js';
import { ModernTransport } from './modern-transport.js';
import {
  initialized,
  type McpTestSource,
  servedApplication,
  serverOf,
  stop,
  urlOf,
} from './tested-application.js';

const CLIENT = { name: 'nestjs-mcp-sse-test', version: '1.0.0' };

/**
 * The official SDK's client, connected in memory or over a real socket, for tests with any test runner. It keeps the
 * notifications that it receives.
 *
 * ```ts
 * const mcp = await McpTestClient.inMemory(AppModule);
 * const result = await mcp.callTool({ name: 'roll', arguments: { sides: 6 } });
 * expect(textOf(result)).toMatch(/^You rolled [1-6]$/);
 * await mcp.close();
 * ```
 */
export class McpTestClient<App extends INestApplicationContext = INestApplicationContext> extends Client {
  /** Every notification received from the server, in order. */
  readonly notifications: JSONRPCNotification[] = [];
  private application?: App;
  private endpoint?: string;
  private endsApplication = false;
  /** Notifications that nobody has awaited yet. */
  private readonly unread: JSONRPCNotification[] = [];
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  private constructor(capabilities: ClientCapabilities = {}) {
    super(CLIENT, { capabilities });
  }

  /**
   * Connects to an application in the same process, without a port and without HTTP. Every call runs through the guards,
   * pipes, interceptors and filters of its handler. What HTTP does before a call does not happen: middleware, the tokens
   * and keys of `auth`, and `guards` of the module's options. The `principal` is given instead.
   *
   * Initializes what is not initialized yet; closing the client then closes that too.
   *
   * @param source a module, `Test.createTestingModule(…).compile()`, or an application
   * @throws the error that stops the boot or the connection
   */
  static async inMemory(source: McpTestSource, options: McpMemoryClientOptions = {}): Promise<McpTestClient> {
    const { app, isOurs } = await initialized(source);
    try {
      const server = serverOf(app, options.server);
      const { era = server.options.protocol.legacy ? 'legacy' : 'modern' } = options;
      const transport = new MemoryTransport(server, options);
      const client = new McpTestClient(options.capabilities);
      client.application = app;
      await client.connectBy(
        era === 'modern'
          ? new ModernTransport(transport, (cancelled) => transport.send(cancelled))
          : transport,
      );
      client.endsApplication = isOurs;
      return client;
    } catch (error) {
      if (isOurs) await stop(app);
      throw error;
    }
  }

  /**
   * Starts an application on a free loopback port, unless it is listening already, and connects to it. Closing the client
   * also closes the application.
   *
   * @param source a module, or an application, such as one from `Test.createTestingModule(…)` with providers replaced
   * @throws the error that stops the boot or the connection
   */
  static async start(
    source: Type | DynamicModule | INestApplication,
    { path = '/mcp', ...options }: McpTestServerOptions = {},
  ): Promise<McpTestClient<INestApplication>> {
    const app = await servedApplication(source);
    try {
      const url = new URL(path, await urlOf(app)).href;
      const client = await McpTestClient.to<INestApplication>(url, options);
      client.application = app;
      client.endsApplication = true;
      return client;
    } catch (error) {
      await stop(app);
      throw error;
    }
  }

  /**
   * Connects to a running server.
   *
   * @param url URL of the endpoint, such as the `url` of another client
   */
  static connect(url: string, options?: McpTestClientOptions): Promise<McpTestClient> {
    return McpTestClient.to(url, options);
  }

  /**
   * The application, for example for `mcp.app.get(OrdersService)`.
   *
   * @throws {TypeError} if the client was created by `connect`
   */
  get app(): App {
    if (!this.application)
      throw new TypeError('A client created by McpTestClient.connect() has no application.');
    return this.application;
  }

  /**
   * URL of the endpoint. Other clients can connect to it.
   *
   * @throws {TypeError} if the client was created by `inMemory`
   */
  get url(): string {
    if (this.endpoint === undefined)
      throw new TypeError('A client in memory has no URL. Use McpTestClient.start() to get one.');
    return this.endpoint;
  }

  /**
   * Resolves with the next notification that nobody has awaited yet.
   *
   * @param method such as `notifications/progress`; any by default
   * @throws {Error} if the client is closed first
   */
  async nextNotification(method?: string): Promise<JSONRPCNotification> {
    for (;;) {
      const index = this.unread.findIndex((unread) => method === undefined || unread.method === method);
      if (index >= 0) return this.unread.splice(index, 1)[0]!;
      if (this.isClosed)
        throw new Error(`The client was closed before a ${method ?? 'notification'} arrived.`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Ends the session, and closes the application that the client has started. */
  override async close(): Promise<void> {
    const { transport } = this;
    if (transport instanceof StreamableHTTPClientTransport)
      await transport.terminateSession().catch(() => undefined);
    await super.close();
    this.isClosed = true;
    this.wakeAll();
    if (this.endsApplication) await stop(this.app);
  }

  private static async to<App extends INestApplicationContext>(
    url: string,
    { transport = 'streamable-http', era = 'legacy', headers, capabilities }: McpTestClientOptions = {},
  ): Promise<McpTestClient<App>> {
    const isSse = transport === 'sse';
    if (isSse && era === 'modern')
      throw new TypeError('HTTP+SSE has the legacy era only. Leave out "transport".');
    const client = new McpTestClient<App>(capabilities);
    client.endpoint = url;
    const options = { requestInit: { headers } };
    const Legacy = isSse ? SSEClientTransport : StreamableHTTPClientTransport;
    await client.connectBy(
      era === 'modern' ? modernHttp(new URL(url), options) : new Legacy(new URL(url), options),
    );
    return client;
  }

  private async connectBy(transport: Transport): Promise<void> {
    // The SDK calls a handler that was set before it connects, and then its own.
    transport.onmessage = (message) => {
      if (isJSONRPCNotification(message)) this.keep(message);
    };
    try {
      await this.connect(transport);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private keep(notification: JSONRPCNotification): void {
    this.notifications.push(notification);
    this.unread.push(notification);
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
