import { Module } from '@nestjs/common';
import { MonitorService } from './monitor.service.js';
import { SystemMetricsService } from './system-metrics.service.js';

@Module({ providers: [MonitorService, SystemMetricsService] })
export class MonitorModule {}
