import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, of, toArray } from 'rxjs';
import { MonitorService } from './monitor.service.js';
import type { SystemMetrics } from './system-metrics.js';
import type { SystemMetricsService } from './system-metrics.service.js';

const SAMPLE: SystemMetrics = {
  at: '2026-01-01T00:00:00.000Z',
  cpu: { cores: 2, usedPercent: 12.5, loadAverage: [0, 0, 0] },
  memory: { totalBytes: 100, freeBytes: 50, usedPercent: 50 },
  disk: { path: '/', totalBytes: 100, freeBytes: 75, usedPercent: 25 },
  process: { rssBytes: 2, heapUsedBytes: 1, uptimeSeconds: 0 },
};

describe('MonitorService', () => {
  it.each([
    [{ durationMs: 5000, intervalMs: 1000 }, 1000, 5],
    [{ durationMs: 2500, intervalMs: 1000 }, 1000, 2],
    [{ durationMs: 500, intervalMs: 1000 }, 500, 1],
  ])('watches for %o', async (args, expectedIntervalMs, expectedSamples) => {
    let watched: number | undefined;
    const emissions = await lastValueFrom(
      monitor((intervalMs) => (watched = intervalMs))
        .monitorSystem(args)
        .pipe(toArray()),
    );
    expect(watched).toBe(expectedIntervalMs);
    expect(emissions).toHaveLength(expectedSamples + 1);
    expect(emissions.at(0)).toMatchObject({ message: 'CPU 12.5 %, memory 50 %, disk 25 %' });
    expect(emissions.at(-1)).toEqual({ samples: Array.from({ length: expectedSamples }, () => SAMPLE) });
  });

  it('includes the current metrics and the focus in the prompt', async () => {
    const prompt = await monitor().summarizeMetrics({ focus: 'disk' });
    expect(prompt).toContain('Pay most attention to disk.');
    expect(prompt).toContain(JSON.stringify(SAMPLE, null, 2));
  });
});

function monitor(onWatch: (intervalMs: number) => void = () => {}): MonitorService {
  const metrics: Pick<SystemMetricsService, 'watch' | 'current'> = {
    watch: (intervalMs) => {
      onWatch(intervalMs);
      return of(...Array.from({ length: 10 }, () => SAMPLE));
    },
    current: () => Promise.resolve(SAMPLE),
  };
  return new MonitorService(metrics as SystemMetricsService);
}
