import { ConnectionPool } from '../load/connection-pool.js';
import type { RequestListener } from '../load/http-connection.js';

/** Connections that move from one server to another, like those of a client behind a load balancer. */
export class MovingPool extends ConnectionPool {
  private next?: ConnectionPool;

  moveTo(url: URL): void {
    this.next = new ConnectionPool(url);
  }

  override send(request: string, listener: RequestListener): void {
    if (this.next) this.next.send(request, listener);
    else super.send(request, listener);
  }
}
