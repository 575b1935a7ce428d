import { CpuMeter, type CpuUsage } from '../run/cpu-meter.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { percentile } from '../run/statistics.js';
import type { ScenarioContext, ScenarioResult } from './scenario.js';
import { alone, SLICES } from './turns.js';

type Load = Pick<ScenarioContext, 'server' | 'proxy' | 'turn' | 'seconds' | 'warmupSeconds'>;

/**
 * Repeats each step as soon as it has ended. Measures after a warm-up, since V8 keeps optimizing for thousands of calls.
 */
export async function closedLoop(
  { server, proxy, turn = alone, seconds, warmupSeconds }: Load,
  steps: readonly (() => Promise<void>)[],
): Promise<ScenarioResult> {
  const latencies: number[] = [];
  /** Ends when the server has used that much CPU time and has no more to do. */
  const spend = async (cpuSeconds: number): Promise<void> => {
    const end = new AbortController();
    const loops = Promise.all(
      steps.map(async (step) => {
        while (!end.signal.aborted) {
          const start = performance.now();
          await step();
          latencies.push(performance.now() - start);
        }
      }),
    );
    await Promise.race([cpuTaken(server.pid, cpuSeconds), loops]);
    end.abort();
    await loops;
  };
  await turn(() => spend(warmupSeconds));
  latencies.length = 0;
  const usages: CpuUsage[] = [];
  for (let slice = 0; slice < SLICES; slice++)
    usages.push(
      await turn(async () => {
        const meter = new CpuMeter(server.pid, proxy?.pid);
        await spend(seconds / SLICES);
        return meter.read();
      }),
    );
  latencies.sort((a, b) => a - b);
  return {
    ...costOf(usages, latencies.length),
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  };
}

/** The costs of operations, given what the slices of a measurement used. */
function costOf(usages: readonly CpuUsage[], operations: number): ScenarioResult {
  const sum = (of: (usage: CpuUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  const seconds = sum((usage) => usage.seconds);
  const cores = (of: keyof CpuUsage['cores']) => sum((usage) => usage.cores[of] * usage.seconds) / seconds;
  const hasProxy = usages.some(({ proxySeconds }) => proxySeconds !== undefined);
  return {
    operations,
    cpuMicrosPerOperation: (sum(({ serverSeconds }) => serverSeconds) * 1e6) / operations,
    ...(hasProxy && {
      proxyCpuMicrosPerOperation: (sum(({ proxySeconds }) => proxySeconds ?? 0) * 1e6) / operations,
    }),
    operationsPerSecond: operations / seconds,
    cores: { server: cores('server'), load: cores('load'), others: cores('others') },
  };
}
