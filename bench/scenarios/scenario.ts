import type { McpLoadClient } from '../load/mcp-load.client.js';
import type { ServerProcess } from '../run/server-process.js';

/** What a scenario is run against, and how much of it. */
export interface ScenarioContext {
  readonly client: McpLoadClient;
  readonly server: ServerProcess;
  /** Sessions that are open; of `connect`, how many open at a time. */
  readonly sessions: number;
  /** How much CPU the server takes while it is measured. */
  readonly seconds: number;
  /** How much CPU the server takes before that. */
  readonly warmupSeconds: number;
  /** Sessions that `connect` opens and closes. */
  readonly cycles: number;
}

/** What was measured. An answer that is not right fails the scenario, so there is nothing to say of errors. */
export interface ScenarioResult {
  readonly operations: number;
  /** Of the server, user and system time. */
  readonly cpuMicrosPerOperation?: number;
  readonly operationsPerSecond?: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  /** Share of a core that the server, the load and everything else took. */
  readonly cores?: { readonly server: number; readonly load: number; readonly others: number };
  readonly rssKibPerSession?: number;
  readonly heapKibPerSession?: number;
  /** Heap that is kept of a session that has ended. */
  readonly heapKibPerClosedSession?: number;
}

export type Scenario = (context: ScenarioContext) => Promise<ScenarioResult>;
