import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { McpHealthIndicator, McpSessionService } from 'nestjs-mcp-sse';
import { SERVER_INFO } from '../../config/server-info.js';

@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly mcp: McpHealthIndicator,
    private readonly sessions: McpSessionService,
  ) {}

  @Get()
  read(): HealthReport {
    return {
      status: this.sessions.draining ? 'draining' : 'ok',
      transport: 'sse',
      ...SERVER_INFO,
    };
  }

  /** Whether the process is to be kept: nothing that a restart would not mend is asked. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.checks.check([]);
  }

  /** Whether new clients are to be sent here. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.mcp.isHealthy('mcp')]);
  }
}

export interface HealthReport {
  /** `draining` once a signal has told the application to stop. */
  status: 'ok' | 'draining';
  transport: 'sse';
  name: string;
  version: string;
}
