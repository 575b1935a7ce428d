import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryBudget } from '../../streaming/memory-budget.js';
import { StatelessExchange } from './stateless-exchange.js';

const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';

describe('the answer to a POST of the modern era', () => {
  let server: Server;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => void server.close());

  const answered = async (answer: (exchange: StatelessExchange) => void, maxQueuedBytes = Infinity) => {
    const { port } = server.address() as AddressInfo;
    const asked = fetch(`http://127.0.0.1:${port}`, { method: 'POST' });
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    const memory = MemoryBudget.unlimited().open('anyone', { trim: () => undefined, cut: () => undefined });
    answer(new StatelessExchange(response, memory, maxQueuedBytes));
    const { status, headers, text } = await asked.then(async (got) => ({
      status: got.status,
      headers: got.headers,
      text: await got.text(),
    }));
    return { status, type: headers.get('content-type'), text };
  };

  it('keeps its status if it comes soon after a heartbeat', async () => {
    const got = await answered((exchange) => {
      exchange.keepAlive();
      exchange.answer(ANSWER, -32601);
    });
    expect(got).toEqual({ status: 404, type: 'application/json', text: ANSWER });
  });

  it('is an event stream with comments once it has taken a whole interval', async () => {
    const got = await answered((exchange) => {
      exchange.keepAlive();
      exchange.keepAlive();
      exchange.answer(ANSWER);
    });
    expect(got).toEqual({
      status: 200,
      type: 'text/event-stream',
      text: `: keep-alive\n\nevent: message\ndata: ${ANSWER}\n\n`,
    });
  });

  it('comes after the events of its turn, which are in order', async () => {
    const got = await answered((exchange) => {
      exchange.notify('1');
      exchange.notify('2');
      exchange.answer(ANSWER, -32601);
    });
    expect(got).toEqual({
      status: 200,
      type: 'text/event-stream',
      text: ['1', '2', ANSWER].map((json) => `event: message\ndata: ${json}\n\n`).join(''),
    });
  });

  it('does not come for a client for which too much waits, even if all of it is from one turn', async () => {
    const asked = answered((exchange) => {
      for (let event = 0; event < 100; event++) exchange.notify('x'.repeat(30_000));
    }, 100_000);
    await expect(asked).rejects.toThrow('fetch failed');
  });
});
