import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { isJSONRPCNotification, type JSONRPCNotification } from '@modelcontextprotocol/sdk/types.js';
import type { McpTestClientOptions } from './mcp-test-client.options.js';
import type { McpTestServerOptions } from './mcp-test-server.options.js';

const CLIENT = { name: 'nestjs-mcp-sse-test', version: '1.0.0' };

/**
 * The official SDK's client, connected over a real socket, for specs with any test runner. It keeps the notifications
 * that it gets.
 *
 * ```ts
 * const mcp = await McpTestClient.start(AppModule);
 * const result = await mcp.callTool({ name: 'roll', arguments: { sides: 6 } });
 * expect(textOf(result)).toMatch(/^You rolled [1-6]$/);
 * await mcp.close();
 * ```
 */
export class McpTestClient extends Client {
  /** Every notification of the server, in the order in which they came. */
  readonly notifications: JSONRPCNotification[] = [];
  private application?: INestApplication;
  /** Those that nobody has awaited yet. */
  private readonly unread: JSONRPCNotification[] = [];
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  private constructor(
    /** Of the endpoint; other clients can be connected to it. */
    readonly url: string,
    capabilities: McpTestClientOptions['capabilities'] = {},
  ) {
    super(CLIENT, { capabilities });
  }

  /**
   * Starts an application on a free loopback port, unless it listens already, and connects to it. Closing the client
   * closes the application too.
   *
   * @param source a module, or an application, such as one of `Test.createTestingModule(…)` with providers replaced
   * @throws what stops the boot, or the connection
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
   * Connects to a server that runs.
   *
   * @param url of the endpoint, such as that of another client
   */
  static async connect(url: string, options: McpTestClientOptions = {}): Promise<McpTestClient> {
    const client = new McpTestClient(url, options.capabilities);
    const requestInit = { headers: options.headers };
    const transport =
      options.transport === 'sse'
        ? new SSEClientTransport(new URL(url), { requestInit })
        : new StreamableHTTPClientTransport(new URL(url), { requestInit });
    // The protocol of the SDK calls what is there before its own.
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

  /** The application, such as for `mcp.app.get(OrdersService)`. @throws {TypeError} where `start` has not made it */
  get app(): INestApplication {
    if (!this.application)
      throw new TypeError('Only a client made by McpTestClient.start() has the application.');
    return this.application;
  }

  /**
   * The next notification that nobody has awaited yet; waits until it comes.
   *
   * @param method such as `notifications/progress`; any unless given
   * @throws {Error} when the client is closed before
   */
  async nextNotification(method?: string): Promise<JSONRPCNotification> {
    for (;;) {
      const index = this.unread.findIndex((unread) => method === undefined || unread.method === method);
      if (index >= 0) return this.unread.splice(index, 1)[0]!;
      if (this.isClosed)
        throw new Error(`The client was closed, and no ${method ?? 'notification'} had come.`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Ends the session, and the application that `start` was given or has made. */
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

/** The connections of fetch live for seconds after their last use, and a server that closes would wait for them. */
async function stop(app: INestApplication): Promise<void> {
  (app.getHttpServer() as Server).closeAllConnections();
  await app.close();
}

async function urlOf(app: INestApplication): Promise<string> {
  const server = app.getHttpServer() as Server;
  if (!server.address()) await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
