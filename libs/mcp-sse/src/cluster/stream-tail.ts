import { randomUUID } from 'node:crypto';
import type { LogEntry, LogFollower, LogSlice, SessionLog } from '../model/cluster/session-log.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';

export interface TailReader {
  entry(entry: LogEntry): void;
  /**
   * Nothing more comes: the stream has ended, or some of its events are lost.
   *
   * @param endsConnection whether the HTTP connection ends too
   */
  end(endsConnection: boolean): void;
  /** Tells the client when to come back once its connection ends; not for a client that waits for an answer. */
  hint?(retryMs: number): void;
}

/** Reads a stream of another node's session from the cluster's log: what is known already, then what comes. */
export class StreamTail implements LogFollower {
  /** Unique among all connections of clients. */
  readonly attachment = randomUUID();
  private unfollow: () => void = () => undefined;
  private reader?: TailReader;
  private position = 0;
  /** Entries that come while the log is read; undefined while none has to be read. */
  private arrived?: LogEntry[] = [];
  private isReading = false;
  private mustReadAgain = false;
  private isEnding = false;
  private isClosed = false;

  private constructor(
    private readonly log: SessionLog,
    readonly sessionId: string,
    readonly stream: number,
  ) {}

  /** @throws {ClusterUnavailableError} */
  static async open(log: SessionLog, sessionId: string, stream: number): Promise<StreamTail> {
    const tail = new StreamTail(log, sessionId, stream);
    tail.unfollow = await log.follow(sessionId, tail);
    return tail;
  }

  /**
   * Whether an event and all that came after it are known.
   *
   * @throws {ClusterUnavailableError}
   */
  async knows(position: number): Promise<boolean> {
    const slice = await this.log.read(this.sessionId, position);
    return slice !== undefined && (slice.floor === position || slice.entries[0]?.position === position);
  }

  /** Whether events of the stream come after a position, as far as is known. */
  async hasAfter(position: number): Promise<boolean> {
    const { entries = [] } = (await this.log.read(this.sessionId, position + 1)) ?? {};
    return entries.some(({ stream }) => stream === this.stream);
  }

  /** Starts to pass on what comes after a position. */
  start(after: number, reader: TailReader): void {
    this.position = after;
    this.reader = reader;
    void this.catchUp();
  }

  entry(entry: LogEntry): void {
    if (this.isClosed) return;
    if (this.arrived) this.arrived.push(entry);
    else if (entry.position <= this.position + 1) this.deliver(entry);
    // What lies between was lost, unless the session has another owner, whose positions start far ahead.
    else void this.catchUp();
  }

  gap(): void {
    if (this.isReading) this.mustReadAgain = true;
    else if (this.reader) void this.catchUp();
  }

  /** Tries again to read the log, if that failed. */
  retry(): void {
    if (this.reader && this.arrived && !this.isReading) void this.catchUp();
  }

  /** Whether it may end at any time: no answer is awaited on it. */
  get canEnd(): boolean {
    return this.reader?.hint !== undefined;
  }

  hint(retryMs: number): void {
    this.reader?.hint?.(retryMs);
  }

  /** Ends the tail after everything that the log knows by now. @param endsConnection ends it at once */
  end(endsConnection = false): void {
    this.isEnding = true;
    if (endsConnection) this.finish(true);
    // The end is reported apart from the events, of which some may still come.
    else if (!this.arrived) void this.catchUp();
  }

  /** Stops without a word to the reader. */
  close(): void {
    this.isClosed = true;
    this.unfollow();
  }

  private async catchUp(): Promise<void> {
    this.isReading = true;
    let slice: LogSlice | undefined | 'unavailable';
    do {
      this.mustReadAgain = false;
      // What arrived before is in the log.
      this.arrived = [];
      slice = await this.log
        .read(this.sessionId, this.position + 1)
        // Any other error ends the stream, and its client comes back.
        .catch((error) => (error instanceof ClusterUnavailableError ? 'unavailable' : undefined));
    } while (this.mustReadAgain);
    this.isReading = false;
    // The log reports a gap once it can be reached again.
    if (slice === 'unavailable') return;
    const { arrived } = this;
    this.arrived = undefined;
    if (!slice || (slice.floor > this.position && this.position > 0)) return this.finish();
    for (const entry of slice.entries) this.deliver(entry);
    for (const entry of arrived) this.entry(entry);
    if (this.isEnding && !this.isReading) this.finish();
  }

  private deliver(entry: LogEntry): void {
    if (this.isClosed || entry.position <= this.position) return;
    this.position = entry.position;
    if (entry.stream === this.stream) this.reader!.entry(entry);
  }

  private finish(endsConnection = false): void {
    if (this.isClosed) return;
    this.close();
    this.reader?.end(endsConnection);
  }
}
