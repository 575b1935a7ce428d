import { CpuMeter } from '../run/cpu-meter.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { percentile } from '../run/statistics.js';
import type { ScenarioContext, ScenarioResult } from './scenario.js';

/**
 * Repeats each step as soon as it has ended. Measures after a warm-up, since V8 keeps optimizing for thousands of calls.
 */
export async function closedLoop(
  {
    server,
    proxy,
    seconds,
    warmupSeconds,
  }: Pick<ScenarioContext, 'server' | 'proxy' | 'seconds' | 'warmupSeconds'>,
  steps: readonly (() => Promise<void>)[],
): Promise<ScenarioResult> {
  const end = new AbortController();
  let latencies: number[] = [];
  const loops = Promise.all(
    steps.map(async (step) => {
      while (!end.signal.aborted) {
        const start = performance.now();
        await step();
        latencies.push(performance.now() - start);
      }
    }),
  );
  await Promise.race([cpuTaken(server.pid, warmupSeconds), loops]);
  latencies = [];
  const meter = new CpuMeter(server.pid, proxy?.pid);
  await Promise.race([cpuTaken(server.pid, seconds), loops]);
  const usage = meter.read();
  const measured = latencies;
  latencies = [];
  end.abort();
  await loops;
  measured.sort((a, b) => a - b);
  return {
    operations: measured.length,
    cpuMicrosPerOperation: (usage.serverSeconds * 1e6) / measured.length,
    ...(usage.proxySeconds !== undefined && {
      proxyCpuMicrosPerOperation: (usage.proxySeconds * 1e6) / measured.length,
    }),
    operationsPerSecond: measured.length / usage.seconds,
    latencyMs: { p50: percentile(measured, 0.5), p99: percentile(measured, 0.99) },
    cores: usage.cores,
  };
}
