import { Injectable } from '@nestjs/common';
import { McpApp, McpPrompt, McpResource, McpTool, type McpProgress } from 'nestjs-mcp-sse';
import type { Observable } from 'rxjs';
import { collectWithProgress } from '../../common/collect-with-progress.js';
import { MonitorSystemDto } from './monitor-system.dto.js';
import { SummarizeMetricsDto } from './summarize-metrics.dto.js';
import type { SystemMetrics } from './system-metrics.js';
import { SystemMetricsService } from './system-metrics.service.js';

const MONITOR = 'ui://monitor/system';

@Injectable()
export class MonitorService {
  constructor(private readonly metrics: SystemMetricsService) {}

  @McpTool({
    name: 'monitor_system',
    description:
      'Samples CPU, memory and disk usage for a while, reports each sample and returns all of them',
    annotations: { readOnlyHint: true },
    ui: MONITOR,
  })
  @McpApp({
    uri: MONITOR,
    title: 'System monitor',
    description: 'Draws CPU, memory and disk usage, live',
    file: new URL('./monitor.app.html', import.meta.url),
    prefersBorder: true,
  })
  monitorSystem({
    durationMs,
    intervalMs,
  }: MonitorSystemDto): Observable<McpProgress | { samples: SystemMetrics[] }> {
    return this.metrics.watch(Math.min(durationMs, intervalMs)).pipe(
      collectWithProgress(Math.max(1, Math.floor(durationMs / intervalMs)), describe, (samples) => ({
        samples,
      })),
    );
  }

  @McpTool({
    name: 'sample_system',
    description: 'Takes one sample, for the app that draws them',
    annotations: { readOnlyHint: true },
    ui: MONITOR,
    visibility: ['app'],
  })
  sampleSystem(): Promise<SystemMetrics> {
    return this.metrics.current();
  }

  @McpResource({
    uri: 'metrics://current',
    description: 'Current CPU, memory and disk usage of the server',
    mimeType: 'application/json',
  })
  currentMetrics(): Promise<SystemMetrics> {
    return this.metrics.current();
  }

  @McpPrompt({ name: 'summarize_metrics', description: 'Asks for an assessment of the state of the server' })
  async summarizeMetrics({ focus }: SummarizeMetricsDto): Promise<string> {
    const current = JSON.stringify(await this.metrics.current(), null, 2);
    const attention = focus ? ` Pay most attention to ${focus}.` : '';
    return `Say in three sentences how this server is doing and what needs action.${attention}\n\n${current}`;
  }
}

function describe({ cpu, memory, disk }: SystemMetrics): string {
  return `CPU ${cpu.usedPercent} %, memory ${memory.usedPercent} %, disk ${disk.usedPercent} %`;
}
