import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionPool } from './connection-pool.js';

it('opens another connection when the server closes one after a number of requests', async () => {
  let connections = 0;
  const server = createServer((_, response) => response.end('done')).on('connection', () => connections++);
  server.maxRequestsPerSocket = 2;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const pool = new ConnectionPool(url);
  try {
    for (let request = 0; request < 5; request++)
      await new Promise<void>((end, fail) =>
        pool.send(`GET / HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`, { end, fail }),
      );
    expect(connections).toBe(3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
