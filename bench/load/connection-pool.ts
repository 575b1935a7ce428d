import { HttpConnection, type RequestListener } from './http-connection.js';

/** Shorter than the server's idle timeout (5 seconds by default), which could close a connection during a request. */
const MAX_IDLE_MS = 2_000;

/** One connection per concurrent request; each is reused once its response has ended. */
export class ConnectionPool {
  private readonly idle: { readonly connection: HttpConnection; readonly since: number }[] = [];

  constructor(private readonly url: URL) {}

  send(request: string, listener: RequestListener): void {
    this.take().send(request, listener);
  }

  private take(): HttpConnection {
    const oldest = performance.now() - MAX_IDLE_MS;
    for (let entry = this.idle.pop(); entry; entry = this.idle.pop()) {
      if (entry.connection.usable && entry.since > oldest) return entry.connection;
      entry.connection.destroy();
    }
    return new HttpConnection(this.url, (connection) =>
      this.idle.push({ connection, since: performance.now() }),
    );
  }
}
