import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpSessionService, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import type { AdapterName } from '../fixtures/adapters.js';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { startApp, testModule } from '../fixtures/start-app.js';
import { FuzzLog, FuzzTarget } from './fuzz-target.js';
import { PATIENCE_MS } from './ledger.js';

/** Long enough that a connected client never counts as gone, however busy the machine is. */
const GRACE_MS = PATIENCE_MS;

const OPTIONS: Partial<McpSseModuleOptions> = {
  sse: { graceMs: GRACE_MS, heartbeatMs: 20 },
  http: { graceMs: GRACE_MS, upgradeMs: 10 },
  limits: { maxMessageBytes: 64 * 1024, maxInFlight: 1_000 },
};

/** The fuzzed application. */
export class FuzzServer {
  readonly maxMessageBytes = OPTIONS.limits!.maxMessageBytes!;

  /** The names of its clients, which it must not confuse. */
  readonly owners = new Set<string>();

  /** Calls left by a failed round, which do not count against the next round. */
  private abandoned = 0;

  private constructor(
    readonly app: INestApplicationContext,
    readonly port: number,
    private readonly log: FuzzLog,
  ) {}

  static async http(adapter: AdapterName): Promise<FuzzServer> {
    const log = new FuzzLog();
    const configure = (app: INestApplicationContext) => app.useLogger(log);
    const { app, port } = await startApp({ adapter, options: OPTIONS, providers: [FuzzTarget], configure });
    return new FuzzServer(app, port, log);
  }

  static onBothAdapters(this: void): Promise<FuzzServer[]> {
    return Promise.all([FuzzServer.http('express'), FuzzServer.http('fastify')]);
  }

  static async stdio(): Promise<FuzzServer> {
    const module = testModule({ options: OPTIONS, providers: [FuzzTarget] });
    const log = new FuzzLog();
    return new FuzzServer(await NestFactory.createApplicationContext(module, { logger: log }), 0, log);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get sessions(): McpSessionService {
    return this.app.get(McpSessionService);
  }

  /**
   * Ends the sessions whose clients have left, as if their grace period were over.
   *
   * @throws {Error} if sessions, calls or watches are left, or something unexpected was logged
   */
  async assertEmpty(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      this.sessions.sweep(Date.now() + GRACE_MS);
      if (this.leftOver <= 0 || Date.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const { length } = this.sessions.sessions;
    if (this.leftOver > 0) throw new Error(`left over: ${length} sessions, ${this.leftOver - length} calls`);
    if (this.log.unexpected.length > 0) throw new Error(`logged: ${this.log.unexpected.join('\n')}`);
  }

  /** @throws {Error} if requests without a session or memory are left */
  async assertReleased(): Promise<void> {
    const requests = this.app.get(StatelessRequests);
    const { memory } = this.sessions;
    const deadline = Date.now() + PATIENCE_MS;
    while (requests.inFlight + memory.bytes > 0) {
      if (Date.now() > deadline)
        throw new Error(`left over: ${requests.inFlight} requests, ${memory.bytes} bytes`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Starts over after a failure. */
  async reset(): Promise<void> {
    for (const { id } of this.sessions.sessions) this.sessions.close(id);
    await new Promise((resolve) => setImmediate(resolve));
    this.abandoned = this.app.get(FuzzTarget).running;
    this.log.unexpected.length = 0;
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private get leftOver(): number {
    return this.sessions.sessions.length + this.app.get(FuzzTarget).running - this.abandoned;
  }
}
