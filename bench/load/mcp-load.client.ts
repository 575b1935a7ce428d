import { ConnectionPool } from './connection-pool.js';
import type { McpSession } from './mcp-session.js';
import { SseSession } from './sse.session.js';
import { StreamableHttpSession } from './streamable-http.session.js';

export type TransportName = 'sse' | 'http';

/** Opens sessions with one server. They post on shared connections. */
export class McpLoadClient {
  private readonly pool: ConnectionPool;

  constructor(
    private readonly url: URL,
    private readonly transport: TransportName,
  ) {
    this.pool = new ConnectionPool(url);
  }

  open(): Promise<McpSession> {
    const type = this.transport === 'sse' ? SseSession : StreamableHttpSession;
    return type.open(this.url, this.pool);
  }

  openMany(count: number): Promise<McpSession[]> {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }
}
