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

  /** Liveness. Checks nothing, because a restart would not fix any dependency. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.checks.check([]);
  }

  /** Readiness: whether new clients may connect to this node. */
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
