import { totalmem } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { SystemMetricsService } from './system-metrics.service.js';

describe('SystemMetricsService', () => {
  it('reads the metrics of this machine', async () => {
    const { cpu, memory, disk, process } = await new SystemMetricsService().current();
    expect(memory.totalBytes).toBe(totalmem());
    expect(disk.totalBytes).toBeGreaterThan(disk.freeBytes);
    expect(process.rssBytes).toBeGreaterThan(process.heapUsedBytes);
    for (const { usedPercent } of [cpu, memory, disk]) {
      expect(usedPercent).toBeGreaterThanOrEqual(0);
      expect(usedPercent).toBeLessThanOrEqual(100);
    }
  });
});
