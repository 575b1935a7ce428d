import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { McpSseModule } from 'nestjs-mcp-sse';
import { environmentConfig } from './config/environment.config.js';
import { mcpOptions } from './config/mcp.options.js';
import { EchoModule } from './features/echo/echo.module.js';
import { HealthController } from './features/health/health.controller.js';
import { MonitorModule } from './features/monitor/monitor.module.js';
import { StreamDataModule } from './features/stream-data/stream-data.module.js';
import { TimeModule } from './features/time/time.module.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [environmentConfig] }),
    McpSseModule.forRootAsync({ inject: [environmentConfig.KEY], useFactory: mcpOptions }),
    EchoModule,
    MonitorModule,
    StreamDataModule,
    TimeModule,
  ],
  // Here, because this is the module that imports McpSessionService.
  controllers: [HealthController],
})
export class AppModule {}
