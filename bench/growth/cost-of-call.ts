import { EchoExchange } from '../exchanges/echo.exchange.js';
import { SubscribeExchange } from '../exchanges/subscribe.exchange.js';
import { McpLoadClient, type TransportName } from '../load/mcp-load.client.js';
import type { McpSession } from '../load/mcp-session.js';
import { ServerProcess } from '../run/server-process.js';
import { closedLoop } from '../scenarios/closed-loop.js';
import { repeat } from '../scenarios/repeat.js';

/** The size of the server's state. */
export interface Burden {
  readonly sessions: number;
  readonly tools: number;
  /** Subscriptions of all sessions together, each to a different resource. */
  readonly subscriptions: number;
}

const AT_A_TIME = 10;
const SECONDS = 1;
const WARMUP_SECONDS = 2;
const TEXT = 'x'.repeat(64);

/** Microseconds of the server's CPU per call, with ten calls at a time, spread over all sessions. */
export async function costOfCall(
  adapter: string,
  transport: TransportName,
  { sessions: count, tools, subscriptions }: Burden,
): Promise<number> {
  const server = await ServerProcess.start({
    name: 'growth',
    label: 'growth',
    transport,
    path: transport === 'sse' ? '/sse' : '/mcp',
    command: ['bench/dist/bench/growth/server.js', adapter, String(tools)],
    own: true,
  });
  try {
    const client = new McpLoadClient(server.url, transport);
    const sessions: McpSession[] = [];
    await repeat(count, AT_A_TIME, async () => void sessions.push(await client.open()));
    for (let index = 0; index < subscriptions; index++) {
      const session = sessions[index % count]!;
      await session.exchange(new SubscribeExchange(session.nextId(), `bench://items/${index}`));
    }
    const steps = Array.from({ length: AT_A_TIME }, (_, first) => {
      let next = first;
      return () => {
        const session = sessions[next]!;
        next = next + AT_A_TIME < count ? next + AT_A_TIME : first;
        return session.exchange(new EchoExchange(session.nextId(), TEXT));
      };
    });
    const load = { server, seconds: SECONDS, warmupSeconds: WARMUP_SECONDS };
    return (await closedLoop(load, steps)).cpuMicrosPerOperation!;
  } finally {
    await server.stop();
  }
}
