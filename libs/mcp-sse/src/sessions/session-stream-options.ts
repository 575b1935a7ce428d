import type { OutgoingStreamOptions } from '../streaming/outgoing-stream.js';
import type { SharedJournal } from './shared-journal.js';

/** Is told what happens to the streams of sessions. */
interface StreamObserver {
  cut(sessionId: string): void;
  replayed(sessionId: string, events: number): void;
}

/** Options of one session's streams. A class, since there are many: closures take four times as much. */
export class SessionStreamOptions implements OutgoingStreamOptions {
  constructor(
    private readonly sessions: StreamObserver,
    private readonly id: string,
    readonly maxQueuedBytes: number,
    readonly heartbeatMs: number | false,
    readonly journal: SharedJournal | undefined,
  ) {}

  onCut(): void {
    this.sessions.cut(this.id);
  }

  onReplay(events: number): void {
    this.sessions.replayed(this.id, events);
  }
}
