import { Controller, Get } from '@nestjs/common';
import { McpSessionService } from 'nestjs-mcp-sse';
import { SERVER_INFO } from '../../config/server-info.js';
import type { HealthReport } from './health-report.js';

@Controller('health')
export class HealthController {
  constructor(private readonly sessions: McpSessionService) {}

  @Get()
  read(): HealthReport {
    return {
      status: 'ok',
      transport: 'sse',
      ...SERVER_INFO,
      sessions: this.sessions.sessions.length,
      uptimeSeconds: Math.round(process.uptime()),
    };
  }
}
