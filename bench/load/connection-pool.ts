import { HttpConnection, type RequestListener } from './http-connection.js';

/** A server may close a connection that waits, by default after 5 seconds, while a request is on its way to it. */
const MAX_IDLE_MS = 2_000;

/** As many connections as there are requests at a time; each is used again once its response has ended. */
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
