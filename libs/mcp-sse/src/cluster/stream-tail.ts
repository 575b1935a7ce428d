import { randomUUID } from 'node:crypto';
import type { LogEntry, LogFollower, LogSlice, SessionLog } from '../model/cluster/session-log.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';

export interface TailReader {
  entry(entry: LogEntry): void;
  /**
   * Nothing more comes: the stream has ended, or something of it is not known any more.
   *
   * @param endsConnection whether no connection is to be kept
   */
  end(endsConnection: boolean): void;
  /** Tells the client when to come back once its connection ends; not for a client that waits for an answer. */
  hint?(retryMs: number): void;
}

/** A stream of a session that another node has, as the log tells of it: what is known already, then what comes. */
export class StreamTail implements LogFollower {
  /** Unique among all connections of clients. */
  readonly attachment = randomUUID();
  private unfollow: () => void = () => undefined;
  private reader?: TailReader;
  private position = 0;
  /** What comes while the past is read. */
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
   * Whether an event is known, and all that came after it.
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

  /** Begins to give what comes after a position. */
  start(after: number, reader: TailReader): void {
    this.position = after;
    this.reader = reader;
    void this.catchUp();
  }

  entry(entry: LogEntry): void {
    if (this.arrived) this.arrived.push(entry);
    else this.deliver(entry);
  }

  gap(): void {
    if (this.isReading) this.mustReadAgain = true;
    else if (this.reader) void this.catchUp();
  }

  /** Reads on where the log could not be read. */
  retry(): void {
    if (this.reader && this.arrived && !this.isReading) void this.catchUp();
  }

  /** Whether it can end at any time, since nothing is awaited on it. */
  get canEnd(): boolean {
    return this.reader?.hint !== undefined;
  }

  hint(retryMs: number): void {
    this.reader?.hint?.(retryMs);
  }

  /** The stream has ended: nothing comes after what is known by now. */
  end(endsConnection = false): void {
    this.isEnding = true;
    if (endsConnection) this.finish(true);
    // By another way than its events, of which some may still come.
    else if (!this.arrived) void this.catchUp();
  }

  /** Nobody reads it any more. */
  close(): void {
    this.isClosed = true;
    this.unfollow();
  }

  private async catchUp(): Promise<void> {
    this.arrived ??= [];
    this.isReading = true;
    let slice: LogSlice | undefined | 'unavailable';
    do {
      this.mustReadAgain = false;
      slice = await this.log
        .read(this.sessionId, this.position + 1)
        // What cannot be read for another reason ends the stream, and its client comes back.
        .catch((error) => (error instanceof ClusterUnavailableError ? 'unavailable' : undefined));
    } while (this.mustReadAgain);
    this.isReading = false;
    // The log tells of a gap when it is there again.
    if (slice === 'unavailable') return;
    const { arrived } = this;
    this.arrived = undefined;
    if (!slice || (slice.floor > this.position && this.position > 0)) return this.finish();
    for (const entry of [...slice.entries, ...arrived]) this.deliver(entry);
    if (this.isEnding) this.finish();
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
