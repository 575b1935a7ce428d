import { statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem, type CpuInfo } from 'node:os';
import { Injectable } from '@nestjs/common';
import { concatMap, defer, firstValueFrom, interval, map, pairwise, startWith, type Observable } from 'rxjs';
import { cpuUsedPercent } from './cpu-used-percent.js';
import { percent } from './percent.js';
import type { SystemMetrics } from './system-metrics.js';

/** CPU time is counted in steps of 10 ms, so a shorter interval would be inaccurate. */
const SHORT_LOOK_MS = 200;
const DISK = '/';

/** Reads CPU, memory and disk usage of the machine. */
@Injectable()
export class SystemMetricsService {
  /** Emits a sample after each interval while subscribed. */
  watch(intervalMs: number): Observable<SystemMetrics> {
    return defer(() =>
      interval(intervalMs).pipe(
        map(() => cpus()),
        startWith(cpus()),
        pairwise(),
        concatMap(([before, after]) => sample(before, after)),
      ),
    );
  }

  current(): Promise<SystemMetrics> {
    return firstValueFrom(this.watch(SHORT_LOOK_MS));
  }
}

async function sample(before: CpuInfo[], after: CpuInfo[]): Promise<SystemMetrics> {
  const { rss, heapUsed } = process.memoryUsage();
  const free = freemem();
  const total = totalmem();
  return {
    at: new Date().toISOString(),
    cpu: { cores: after.length, usedPercent: cpuUsedPercent(before, after), loadAverage: loadavg() },
    memory: { totalBytes: total, freeBytes: free, usedPercent: percent(total - free, total) },
    disk: await disk(),
    process: { rssBytes: rss, heapUsedBytes: heapUsed, uptimeSeconds: Math.round(process.uptime()) },
  };
}

async function disk(): Promise<SystemMetrics['disk']> {
  const { bsize, blocks, bfree, bavail } = await statfs(DISK);
  return {
    path: DISK,
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    // Like `df`: blocks reserved for root are neither used nor free.
    usedPercent: percent(blocks - bfree, blocks - bfree + bavail),
  };
}
