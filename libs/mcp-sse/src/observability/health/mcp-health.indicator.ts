import { Inject, Injectable, Optional } from '@nestjs/common';
import { SessionCluster } from '../../cluster/session-cluster.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import type { McpHealth } from './mcp-health.js';

/**
 * Tells how a server is, in the form that the health checks of @nestjs/terminus expect. It opens no session and asks
 * nobody else.
 *
 * ```ts
 * @Get('ready')
 * @HealthCheck()
 * ready(): Promise<HealthCheckResult> {
 *   return this.health.check([() => this.mcp.isHealthy('mcp')]);
 * }
 * ```
 */
@Injectable()
export class McpHealthIndicator {
  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly sessions: McpSessionService,
    @Optional() @Inject(SessionCluster) private readonly cluster?: SessionCluster,
  ) {}

  /**
   * Down while the node is being taken out of service. A node that has as many sessions as it may, or whose cluster
   * cannot be reached, stays up: it goes on serving the clients that it has, who would lose it otherwise. Anybody may ask a
   * probe, so it tells nothing else.
   *
   * @param key what the result is called
   */
  isHealthy<Key extends string>(key: Key): Record<Key, Pick<McpHealth, 'status'>> {
    const status = this.sessions.draining ? 'down' : 'up';
    return { [key]: { status } } as Record<Key, Pick<McpHealth, 'status'>>;
  }

  /** All that is known, for code of the application and for those who may read its metrics. */
  read(): McpHealth {
    const { draining } = this.sessions;
    const { limits, replay } = this.options;
    const open = this.sessions.list();
    let [queuedBytes, keptBytes] = [0, 0];
    for (const { outlet } of open) {
      queuedBytes += outlet.queuedBytes;
      keptBytes += outlet.keptBytes;
    }
    return {
      status: draining ? 'down' : 'up',
      draining,
      sessions: { open: open.length, max: limits.maxSessions },
      events: { queuedBytes, keptBytes, maxBytesPerSession: replay.maxBytes },
      ...(this.cluster && { cluster: this.cluster.isReachable ? 'up' : 'down' }),
    };
  }
}
