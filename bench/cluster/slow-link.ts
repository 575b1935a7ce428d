import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';

/** How long the link holds back what passes it, there and back together, in milliseconds. */
export const LINK_MS = 40;

/** A way to Redis that takes time, so that the round trips on which something waits can be told from how long it takes. */
export class SlowLink {
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** @param path socket of Redis */
  static async to(path: string): Promise<SlowLink> {
    const url = `${path}.slow`;
    const server = createServer();
    const link = new SlowLink(url, server);
    server.on('connection', (client: Socket) => link.join(client, connect(path)));
    server.listen(url);
    await once(server, 'listening');
    return link;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(client: Socket, redis: Socket): void {
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (chunk) => setTimeout(() => to.write(chunk), LINK_MS / 2));
      from.on('error', () => undefined).on('close', () => to.destroy());
    }
  }
}
