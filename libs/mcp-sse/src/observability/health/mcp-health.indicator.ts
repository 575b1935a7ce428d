import { Inject, Injectable, Optional } from '@nestjs/common';
import { SessionCluster } from '../../cluster/session-cluster.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { StatelessRequests } from '../../stateless/stateless-requests.js';

/** The health of a server, as `McpHealthIndicator.read()` returns it. */
export interface McpHealth {
  /** `down` while this node is drained and must get no new clients. */
  readonly status: 'up' | 'down';
  readonly draining: boolean;
  /** How many sessions this node has, and how many it may have. */
  readonly sessions: { readonly open: number; readonly max: number };
  /** How many requests without a session this node is answering. */
  readonly requests: { readonly open: number };
  /** Characters of events that wait for clients, and of all that are kept, including those. */
  readonly events: {
    readonly queuedBytes: number;
    readonly keptBytes: number;
    readonly maxBytesPerSession: number;
  };
  /** Whether the cluster's store can be reached, if there is a cluster. */
  readonly cluster?: 'up' | 'down';
}

/**
 * Reports the health of a server to the checks of @nestjs/terminus. It opens no session and sends no request.
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
    private readonly requests: StatelessRequests,
    @Optional() @Inject(SessionCluster) private readonly cluster?: SessionCluster,
  ) {}

  /**
   * Down while the node is drained. A node with the maximum of sessions, or without its cluster, stays up to serve the
   * clients that it has. The result has no other details, since probes are public.
   *
   * @param key name of the result
   */
  isHealthy<Key extends string>(key: Key): Record<Key, Pick<McpHealth, 'status'>> {
    const status = this.sessions.draining ? 'down' : 'up';
    return { [key]: { status } } as Record<Key, Pick<McpHealth, 'status'>>;
  }

  /** All details, for code of the application and for those who may read its metrics. */
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
      requests: { open: this.requests.inFlight },
      events: { queuedBytes, keptBytes, maxBytesPerSession: replay.maxBytes },
      ...(this.cluster && { cluster: this.cluster.isReachable ? 'up' : 'down' }),
    };
  }
}
