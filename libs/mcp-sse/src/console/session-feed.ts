import { type McpSessionView, sessionDigest } from '../model/session-view.js';
import type { SessionScope } from './session-access.js';
import type { SessionIndex } from './session-index.js';
import type { ViewerStream } from './viewer-stream.js';
import { shownClient, type ShownClient } from './shown-client.js';

const REFRESH_MS = 1_000;
/** Only the newest sessions are shown: nobody reads a list of thousands. */
const MAX_SHOWN = 200;

/** The state of a session that viewers were last sent. */
type Told = Pick<
  McpSessionView,
  'lastActivityAt' | 'attached' | 'inFlight' | 'queuedBytes' | 'protocolVersion' | 'clientInfo'
> & { readonly json: string };

/**
 * Sends viewers the sessions of a scope: first the newest ones, then the changes once a second. All viewers of a scope
 * share one feed; its work grows neither with their number nor with that of all sessions.
 */
export class SessionFeed {
  private readonly told = new Map<McpSessionView, Told>();
  private total = 0;
  private readonly current = new Set<ViewerStream>();
  /** Viewers whose connection had no room for a change; they get the whole list once it has. */
  private readonly behind = new Set<ViewerStream>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly index: SessionIndex,
    private readonly scope: SessionScope,
  ) {}

  get isEmpty(): boolean {
    return this.current.size + this.behind.size === 0;
  }

  add(stream: ViewerStream): void {
    this.timer ??= setInterval(() => this.tell(), REFRESH_MS).unref();
    this.behind.add(stream);
    this.tell();
  }

  delete(stream: ViewerStream): void {
    this.current.delete(stream);
    this.behind.delete(stream);
    if (this.isEmpty) clearInterval(this.timer);
  }

  private tell(): void {
    const changes = this.changes();
    if (changes !== undefined) for (const stream of this.current) this.tellChanges(stream, changes);
    let all: string | undefined;
    for (const stream of this.behind) {
      if (!stream.writable) continue;
      stream.send('sessions', (all ??= this.all()));
      this.behind.delete(stream);
      this.current.add(stream);
    }
  }

  private tellChanges(stream: ViewerStream, changes: string): void {
    if (stream.writable) return stream.send('changes', changes);
    this.current.delete(stream);
    this.behind.add(stream);
  }

  private all(): string {
    const sessions = Array.from(this.told.values(), ({ json }) => json);
    return `{"total":${this.total},"sessions":[${sessions.join()}]}`;
  }

  /** The changes since the last call; undefined if there are none. */
  private changes(): string | undefined {
    const total = this.index.count(this.scope);
    const shown = new Set(this.index.newest(this.scope, MAX_SHOWN));
    const gone: string[] = [];
    for (const session of this.told.keys()) {
      if (shown.has(session)) continue;
      this.told.delete(session);
      gone.push(JSON.stringify(sessionDigest(session)));
    }
    const changed: string[] = [];
    for (const session of shown) {
      if (isTold(session, this.told.get(session))) continue;
      const told = toldOf(session);
      this.told.set(session, told);
      changed.push(told.json);
    }
    if (changed.length + gone.length === 0 && total === this.total) return undefined;
    this.total = total;
    return `{"total":${total},"changed":[${changed.join()}],"gone":[${gone.join()}]}`;
  }
}

function toldOf(session: McpSessionView): Told {
  const { lastActivityAt, attached, inFlight, queuedBytes, protocolVersion, clientInfo } = session;
  const json = JSON.stringify(sessionSummary(session));
  return { lastActivityAt, attached, inFlight, queuedBytes, protocolVersion, clientInfo, json };
}

function isTold(session: McpSessionView, told: Told | undefined): boolean {
  return (
    told !== undefined &&
    session.lastActivityAt === told.lastActivityAt &&
    session.attached === told.attached &&
    session.inFlight === told.inFlight &&
    session.queuedBytes === told.queuedBytes &&
    session.protocolVersion === told.protocolVersion &&
    session.clientInfo === told.clientInfo
  );
}

/** A session as the page shows it. */
interface SessionSummary extends ShownClient {
  /** A digest, as in the audit trail: the id itself would give access to the session. */
  readonly id: string;
  readonly transport: string;
  readonly protocolVersion?: string;
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly attached: boolean;
  readonly inFlight: number;
  readonly queuedBytes: number;
}

function sessionSummary(session: McpSessionView): SessionSummary {
  const { transport, createdAt, lastActivityAt, attached, inFlight, queuedBytes } = session;
  return {
    id: sessionDigest(session),
    transport,
    ...shownClient(session),
    protocolVersion: session.protocolVersion,
    createdAt,
    lastActivityAt,
    attached,
    inFlight,
    queuedBytes,
  };
}
