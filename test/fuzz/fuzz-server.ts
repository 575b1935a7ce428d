import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpSessionService, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import type { AdapterName } from '../fixtures/adapters.js';
import { startApp, testModule } from '../fixtures/start-app.js';
import { FuzzLog, FuzzTarget } from './fuzz-target.js';

const GRACE_MS = 500;
const EMPTY_MS = 10_000;

const OPTIONS: Partial<McpSseModuleOptions> = {
  sse: { graceMs: GRACE_MS, heartbeatMs: 20 },
  http: { graceMs: GRACE_MS, upgradeMs: 10 },
  limits: { maxMessageBytes: 64 * 1024, maxInFlight: 1_000 },
};

/** An application that is fuzzed. */
export class FuzzServer {
  readonly maxMessageBytes = OPTIONS.limits!.maxMessageBytes!;

  /** The names of its clients, which it must not take for one another. */
  readonly owners = new Set<string>();

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

  /** @throws {Error} when sessions, calls or watches are left, or something was logged that nobody expects */
  async assertEmpty(): Promise<void> {
    const deadline = Date.now() + EMPTY_MS;
    while (this.leftOver().some((count) => count > 0) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const [sessions, running] = this.leftOver();
    if (sessions! > 0 || running! > 0) throw new Error(`left over: ${sessions} sessions, ${running} calls`);
    if (this.log.unexpected.length > 0) throw new Error(`logged: ${this.log.unexpected.join('\n')}`);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private leftOver(): number[] {
    return [this.sessions.sessions.length, this.app.get(FuzzTarget).running];
  }
}
