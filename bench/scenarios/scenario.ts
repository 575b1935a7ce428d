import type { McpLoadClient } from '../load/mcp-load.client.js';
import type { ServerProcess } from '../run/server-process.js';
import type { Turn } from './turns.js';

/** The target and size of a scenario. */
export interface ScenarioContext {
  readonly client: McpLoadClient;
  readonly server: ServerProcess;
  /** What stands in front of the server, if anything. */
  readonly proxy?: { readonly pid: number };
  /** Runs each slice of the measurement, if another one alternates with it. */
  readonly turn?: Turn;
  /** Open sessions; for `connect`, sessions opened concurrently. */
  readonly sessions: number;
  /** Seconds of the server's CPU time during the measurement. */
  readonly seconds: number;
  /** Seconds of the server's CPU time before the measurement. */
  readonly warmupSeconds: number;
  /** Sessions that `connect` opens and closes. */
  readonly cycles: number;
}

/** The measured figures. A wrong answer fails the scenario, so there is no error count. */
export interface ScenarioResult {
  readonly operations: number;
  /** CPU time of the server, user and system. */
  readonly cpuMicrosPerOperation?: number;
  readonly proxyCpuMicrosPerOperation?: number;
  /** CPU of the server compared with another one that was measured in alternation with it. */
  readonly cpuRatio?: number;
  readonly operationsPerSecond?: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  /** Cores used by the server, the load and everything else. */
  readonly cores?: { readonly server: number; readonly load: number; readonly others: number };
  readonly rssKibPerSession?: number;
  readonly heapKibPerSession?: number;
  /** Heap kept per ended session. */
  readonly heapKibPerClosedSession?: number;
}

export type Scenario = (context: ScenarioContext) => Promise<ScenarioResult>;
