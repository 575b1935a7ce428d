import { ConnectionPool } from './connection-pool.js';
import type { McpSession } from './mcp-session.js';
import { ModernSession } from './modern.session.js';
import { SseSession } from './sse.session.js';
import { StreamableHttpSession } from './streamable-http.session.js';

/** `modern`: revision 2026-07-28, over HTTP. */
export type TransportName = 'sse' | 'http' | 'modern';

/** Opens sessions with one server. They post on shared connections. */
export class McpLoadClient {
  private readonly pool: ConnectionPool;

  constructor(
    private readonly url: URL,
    private readonly transport: TransportName,
  ) {
    this.pool = new ConnectionPool(url);
  }

  async open(): Promise<McpSession> {
    if (this.transport === 'modern') return new ModernSession(this.url, this.pool);
    const type = this.transport === 'sse' ? SseSession : StreamableHttpSession;
    return type.open(this.url, this.pool);
  }

  openMany(count: number): Promise<McpSession[]> {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }
}
