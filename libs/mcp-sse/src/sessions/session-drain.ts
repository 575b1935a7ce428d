import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpSession } from './mcp-session.js';
import type { McpSessionService } from './mcp-session.service.js';
import { randomRetryMs } from './session-outlet.js';
import type { RelayedStream } from './session-sharing.js';

/** Streams ended per second: their clients come back to other nodes at about that rate. */
const CLIENTS_PER_SECOND = 200;

export interface DrainSettings {
  /** How long requests still arrive once the node has reported that it is not ready, in milliseconds. */
  readonly propagationMs: number;
  /** How long calls may then take to finish, in milliseconds. */
  readonly deadlineMs: number;
}

/** The requests without a session of this node. */
export interface DrainedRequests {
  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void>;
  /** Answers what is in flight with an error, and takes nothing more. */
  close(): void;
}

/** Takes a node out of service so that its clients notice as little as possible. */
export class SessionDrain {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly requests: DrainedRequests,
    private readonly settings: DrainSettings,
  ) {}

  /**
   * Resolves when every session has ended: idle ones soon, spread over time; the others once their requests are
   * answered, with an error at the deadline. Requests without a session are waited for alike.
   *
   * @param stopListening called once no more traffic is expected
   */
  async run(stopListening: () => void): Promise<void> {
    const { propagationMs, deadlineMs } = this.settings;
    this.sessions.startDraining();
    await delay(propagationMs);
    stopListening();
    const deadline = new AbortController();
    // Each session listens to it.
    setMaxListeners(0, deadline.signal);
    const ended = Promise.all([this.endAll(deadline.signal), this.requests.whenIdle()]);
    await Promise.race([ended, delay(deadlineMs, undefined, deadline)]);
    deadline.abort();
    this.requests.close();
    await this.sessions.shutdown();
  }

  /** Ends what is open, then what was opened meanwhile on existing connections. */
  private async endAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const open = this.sessions.list();
      const { relayed } = this.sessions;
      const count = open.length + relayed.length;
      if (count === 0) return;
      const spreadMs = Math.min(this.settings.deadlineMs / 2, (count / CLIENTS_PER_SECOND) * 1_000);
      await Promise.all([
        ...open.map((session) => this.end(session, Math.random() * spreadMs, signal)),
        ...relayed.map((stream) => this.sendAway(stream, Math.random() * spreadMs, signal)),
      ]);
    }
  }

  private async end(session: McpSession, waitMs: number, signal: AbortSignal): Promise<void> {
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    await session.depart();
    if (signal.aborted) return;
    session.outlet.hint(randomRetryMs());
    await this.sessions.handOver(session, false);
  }

  private async sendAway(stream: RelayedStream, waitMs: number, signal: AbortSignal): Promise<void> {
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    stream.sendAway(randomRetryMs());
  }
}
