import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { McpSessionService } from 'nestjs-mcp-sse';
import { SERVER_INFO } from '../../config/server-info.js';
import type { HealthReport } from './health-report.js';

@Controller('health')
export class HealthController {
  constructor(private readonly sessions: McpSessionService) {}

  @Get()
  read(): HealthReport {
    return {
      status: this.sessions.draining ? 'draining' : 'ok',
      transport: 'sse',
      ...SERVER_INFO,
      sessions: this.sessions.sessions.length,
      uptimeSeconds: Math.round(process.uptime()),
    };
  }

  /** Whether the process is to be kept. */
  @Get('live')
  live(): Pick<HealthReport, 'status'> {
    return { status: 'ok' };
  }

  /** Whether new clients are to be sent here. */
  @Get('ready')
  ready(): Pick<HealthReport, 'status'> {
    if (this.sessions.draining) throw new ServiceUnavailableException('The application is stopping.');
    return { status: 'ok' };
  }
}
