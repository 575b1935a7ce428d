import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ThrottlerModule } from '@nestjs/throttler';
import helmet from 'helmet';
import { McpSseModule } from 'nestjs-mcp-sse';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { consoleOptions } from './config/console.options.js';
import { environmentConfig } from './config/environment.config.js';
import { mcpOptions } from './config/mcp.options.js';
import { rateLimits } from './config/rate-limits.js';
import { CollaborationModule } from './features/collaboration/collaboration.module.js';
import { EchoModule } from './features/echo/echo.module.js';
import { HackerNewsModule } from './features/hacker-news/hacker-news.module.js';
import { HealthModule } from './features/health/health.module.js';
import { HomeModule } from './features/home/home.module.js';
import { MetricsModule } from './features/metrics/metrics.module.js';
import { MonitorModule } from './features/monitor/monitor.module.js';
import { StreamDataModule } from './features/stream-data/stream-data.module.js';
import { TimeModule } from './features/time/time.module.js';
import { TracingModule } from './features/tracing/tracing.module.js';
import { KeepAliveService } from './keep-alive.service.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [environmentConfig] }),
    ThrottlerModule.forRootAsync({ inject: [environmentConfig.KEY], useFactory: rateLimits }),
    McpSseModule.forRootAsync({ inject: [environmentConfig.KEY], useFactory: mcpOptions }),
    McpConsoleModule.forRootAsync({ inject: [environmentConfig.KEY], useFactory: consoleOptions }),
    EchoModule,
    TimeModule,
    StreamDataModule,
    MonitorModule,
    HackerNewsModule,
    CollaborationModule,
    HomeModule,
    HealthModule,
    MetricsModule,
    TracingModule,
  ],
  providers: [KeepAliveService],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(helmet()).forRoutes('{*path}');
  }
}
