import { setTimeout as delay } from 'node:timers/promises';
import type { StreamTail } from './cluster/stream-tail.js';
import type { McpSession } from './mcp-session.js';
import type { McpSessionService } from './mcp-session.service.js';
import { retryMs } from './retry-ms.js';

/** Clients whose streams end in one second: they all come back at about that rate, to other nodes. */
const CLIENTS_PER_SECOND = 200;

export interface DrainSettings {
  /** How long requests still come after the node has said that it is not ready, in milliseconds. */
  readonly propagationMs: number;
  /** How long what runs then has to finish, in milliseconds. */
  readonly deadlineMs: number;
}

/** Takes a node out of service so that its clients notice as little as can be. */
export class SessionDrain {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly settings: DrainSettings,
  ) {}

  /**
   * Resolves when every session has ended: those that wait for nothing soon, one after the other; the others when
   * they have their answers, or with an error at the deadline.
   *
   * @param stopListening called once no traffic is to be expected any more
   */
  async run(stopListening: () => void): Promise<void> {
    const { propagationMs, deadlineMs } = this.settings;
    this.sessions.startDraining();
    await delay(propagationMs);
    stopListening();
    const deadline = new AbortController();
    await Promise.race([this.endAll(deadline.signal), delay(deadlineMs, undefined, deadline)]);
    deadline.abort();
    await this.sessions.shutdown();
  }

  /** Ends what is open, and then what has been opened meanwhile on connections that were there. */
  private async endAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const open = this.sessions.list();
      const tails = this.sessions.cluster?.tails.open ?? [];
      const count = open.length + tails.length;
      if (count === 0) return;
      const spreadMs = Math.min(this.settings.deadlineMs / 2, (count / CLIENTS_PER_SECOND) * 1_000);
      await Promise.all([
        ...open.map((session) => this.end(session, Math.random() * spreadMs, signal)),
        ...tails.map((tail) => this.sendAway(tail, Math.random() * spreadMs, signal)),
      ]);
    }
  }

  private async end(session: McpSession, waitMs: number, signal: AbortSignal): Promise<void> {
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    await session.depart();
    if (signal.aborted) return;
    // The sooner the better: whoever takes over is there already.
    session.outlet.hint(retryMs());
    await this.sessions.handOver(session, false);
  }

  /** A client whose session another node has. */
  private async sendAway(tail: StreamTail, waitMs: number, signal: AbortSignal): Promise<void> {
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    this.sessions.cluster!.tails.sendAway(tail, retryMs());
  }
}
