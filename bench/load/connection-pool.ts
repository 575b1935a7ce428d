import { HttpConnection, type RequestListener } from './http-connection.js';

/** As many connections as there are requests at a time; each is used again once its response has ended. */
export class ConnectionPool {
  private readonly idle: HttpConnection[] = [];

  constructor(private readonly url: URL) {}

  send(request: string, listener: RequestListener): void {
    this.take().send(request, listener);
  }

  private take(): HttpConnection {
    for (let connection = this.idle.pop(); connection; connection = this.idle.pop())
      if (connection.usable) return connection;
    return new HttpConnection(this.url, (connection) => this.idle.push(connection));
  }
}
