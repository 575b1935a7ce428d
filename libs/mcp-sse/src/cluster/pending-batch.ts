import type { LogBatch, LogEntry } from '../model/cluster/session-log.js';

/** Collects what is to be written of a session. */
export class PendingBatch {
  bytes = 0;
  private readonly accepted = new Map<string, number>();
  private readonly completed = new Set<string>();
  private entries: LogEntry[] = [];
  private floor?: number;
  private hasRecord = false;

  /** @param isTried whether the store may have some of what will be added */
  constructor(private isTried = false) {}

  /** Whether there is anything to write. */
  get isEmpty(): boolean {
    return (
      !this.hasRecord && this.entries.length === 0 && this.accepted.size === 0 && this.completed.size === 0
    );
  }

  /** The session's record has changed. */
  noteRecord(): void {
    this.hasRecord = true;
  }

  accept(request: string, stream: number): void {
    this.completed.delete(request);
    this.accepted.set(request, stream);
  }

  /** Also notes requests of earlier batches. A request that the store cannot have need not be written at all. */
  complete(request: string): void {
    const isNew = this.accepted.delete(request) && !this.isTried;
    if (!isNew) this.completed.add(request);
  }

  add(entry: LogEntry): void {
    this.entries.push(entry);
    this.bytes += entry.data.length;
  }

  /** Drops the oldest events until the limit is kept. */
  limit(maxBytes: number): void {
    while (this.bytes > maxBytes) {
      const { position, data } = this.entries.shift()!;
      this.floor = position;
      this.bytes -= data.length;
    }
  }

  /** The store may have some of it, or of what will be added. */
  noteTried(): void {
    this.isTried = true;
  }

  /** @param changesOf gives the changed fields of the record */
  toBatch(changesOf: () => LogBatch['record']): LogBatch {
    this.noteTried();
    return {
      record: this.hasRecord ? changesOf() : undefined,
      accepted: [...this.accepted],
      completed: [...this.completed],
      entries: this.entries,
      floor: this.floor,
    };
  }
}
