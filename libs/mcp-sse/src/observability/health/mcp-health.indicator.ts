import { Inject, Injectable } from '@nestjs/common';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';

/** How a server is, as `McpHealthIndicator.read()` tells it. */
export interface McpHealth {
  /** `down` when no new clients are to be sent to this node, since it is being taken out of service. */
  readonly status: 'up' | 'down';
  readonly draining: boolean;
  /** How many this node has, and how many it may have. */
  readonly sessions: { readonly open: number; readonly max: number };
  /** Characters of events: those that wait for clients, and those that are kept, these included. */
  readonly events: {
    readonly queuedBytes: number;
    readonly keptBytes: number;
    readonly maxBytesPerSession: number;
  };
  /** Whether what nodes share can be reached; where there is a cluster. */
  readonly cluster?: 'up' | 'down';
}

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
    const { draining, cluster } = this.sessions;
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
      ...(cluster && { cluster: cluster.isReachable ? 'up' : 'down' }),
    };
  }
}
