import { statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem, type CpuInfo } from 'node:os';
import { Injectable } from '@nestjs/common';
import { concatMap, defer, firstValueFrom, interval, map, pairwise, startWith, type Observable } from 'rxjs';
import { cpuUsedPercent } from './cpu-used-percent.js';
import { percent } from './percent.js';
import type { SystemMetrics } from './system-metrics.js';

/** CPU time is counted in steps of 10 ms, so that a shorter look would be coarse. */
const SHORT_LOOK_MS = 200;
const DISK = '/';

/** Reads how busy the machine is. */
@Injectable()
export class SystemMetricsService {
  /** A sample after each interval, for as long as someone is subscribed. */
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
    // As `df` counts: what is reserved for root is neither used nor free.
    usedPercent: percent(blocks - bfree, blocks - bfree + bavail),
  };
}
