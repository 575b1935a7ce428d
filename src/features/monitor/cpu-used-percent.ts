import type { CpuInfo } from 'node:os';
import { percent } from './percent.js';

/** The CPU usage of all cores between two readings of `os.cpus()`, in percent. */
export function cpuUsedPercent(before: readonly CpuInfo[], after: readonly CpuInfo[]): number {
  const total = sum(after, totalMs) - sum(before, totalMs);
  const idle = sum(after, idleMs) - sum(before, idleMs);
  return percent(total - idle, total);
}

function totalMs({ times }: CpuInfo): number {
  return times.user + times.nice + times.sys + times.idle + times.irq;
}

function idleMs({ times }: CpuInfo): number {
  return times.idle;
}

function sum(cpus: readonly CpuInfo[], ms: (cpu: CpuInfo) => number): number {
  return cpus.reduce((total, cpu) => total + ms(cpu), 0);
}
