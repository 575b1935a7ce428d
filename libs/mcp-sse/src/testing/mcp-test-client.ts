import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { isJSONRPCNotification, type JSONRPCNotification } from '@modelcontextprotocol/sdk/types.js';
import type { McpTestClientOptions, McpTestServerOptions } from './mcp-test-client.options.js';

const CLIENT = { name: 'nestjs-mcp-sse-test', version: '1.0.0' };

/**
 * The official SDK's client, connected over a real socket, for tests with any test runner. It keeps the notifications that
 * it receives.
 *
 * ```ts
 * const mcp = await McpTestClient.start(AppModule);
 * const result = await mcp.callTool({ name: 'roll', arguments: { sides: 6 } });
 * expect(textOf(result)).toMatch(/^You rolled [1-6]$/);
 * await mcp.close();
 * ```
 */
export class McpTestClient extends Client {
  /** Every notification received from the server, in order. */
  readonly notifications: JSONRPCNotification[] = [];
  private application?: INestApplication;
  /** Notifications that nobody has awaited yet. */
  private readonly unread: JSONRPCNotification[] = [];
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  private constructor(
    /** URL of the endpoint; other clients can connect to it. */
    readonly url: string,
    capabilities: McpTestClientOptions['capabilities'] = {},
  ) {
    super(CLIENT, { capabilities });
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
  ): Promise<McpTestClient> {
    const app = isApplication(source)
      ? source
      : await NestFactory.create(source, { logger: ['error', 'fatal'], abortOnError: false });
    try {
      const client = await McpTestClient.connect(new URL(path, await urlOf(app)).href, options);
      client.application = app;
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
  static async connect(url: string, options: McpTestClientOptions = {}): Promise<McpTestClient> {
    const client = new McpTestClient(url, options.capabilities);
    const requestInit = { headers: options.headers };
    const transport =
      options.transport === 'sse'
        ? new SSEClientTransport(new URL(url), { requestInit })
        : new StreamableHTTPClientTransport(new URL(url), { requestInit });
    // The SDK calls a handler that was set before it connects, and then its own.
    transport.onmessage = (message) => {
      if (isJSONRPCNotification(message)) client.keep(message);
    };
    try {
      await client.connect(transport);
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /**
   * The application, for example for `mcp.app.get(OrdersService)`.
   *
   * @throws {TypeError} if the client was not created by `start`
   */
  get app(): INestApplication {
    if (!this.application)
      throw new TypeError('Only a client created by McpTestClient.start() has an application.');
    return this.application;
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

  /** Ends the session, and closes the application that `start` has started. */
  override async close(): Promise<void> {
    const { transport } = this;
    if (transport instanceof StreamableHTTPClientTransport)
      await transport.terminateSession().catch(() => undefined);
    await super.close();
    this.isClosed = true;
    this.wakeAll();
    if (this.application) await stop(this.application);
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

function isApplication(source: Type | DynamicModule | INestApplication): source is INestApplication {
  return 'getHttpServer' in source;
}

/** Closes connections first: fetch keeps them open for seconds, and a closing server waits for them. */
async function stop(app: INestApplication): Promise<void> {
  (app.getHttpServer() as Server).closeAllConnections();
  await app.close();
}

async function urlOf(app: INestApplication): Promise<string> {
  const server = app.getHttpServer() as Server;
  if (!server.address()) await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
