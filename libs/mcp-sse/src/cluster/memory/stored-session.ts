import { type AdoptedSession, sessionTtlMs } from '../../model/cluster/session-store.js';
import type {
  LogBatch,
  LogEntry,
  LogFollower,
  LogSlice,
  SessionOwner,
} from '../../model/cluster/session-log.js';
import type { ClusterLimits } from '../../model/cluster/mcp-cluster.js';
import { type RecordField, type SessionRecord, recordOf } from '../../model/cluster/session-record.js';

/** A session in the memory that the nodes of one process share. */
export class StoredSession {
  private readonly inFlight = new Map<string, number>();
  private entries: LogEntry[] = [];
  private floor = 0;
  private expiresAt = 0;

  private readonly fields = new Map<string, string>();
  private readonly ttlMs: number;

  constructor(
    public owner: SessionOwner,
    record: readonly RecordField[],
    private readonly limits: ClusterLimits,
    private readonly followers: ReadonlySet<LogFollower>,
  ) {
    this.change(record);
    this.ttlMs = sessionTtlMs(this.record.graceMs);
    this.renew();
  }

  get record(): SessionRecord {
    return recordOf(this.fields);
  }

  get isExpired(): boolean {
    return Date.now() > this.expiresAt;
  }

  renew(): void {
    this.expiresAt = Date.now() + this.ttlMs;
  }

  write({ record = [], accepted, completed, entries, floor }: LogBatch): void {
    this.change(record);
    if (floor !== undefined) {
      this.entries = [];
      this.floor = floor;
    }
    for (const [request, stream] of accepted) this.inFlight.set(request, stream);
    for (const request of completed) this.inFlight.delete(request);
    const last = this.entries.at(-1)?.position ?? this.floor;
    for (const entry of entries) if (entry.position > last) this.add(entry);
    this.trim();
    this.renew();
  }

  read(from: number): LogSlice {
    return { entries: this.entries.filter(({ position }) => position >= from), floor: this.floor };
  }

  adopt(node: string): AdoptedSession {
    const epoch = this.owner.epoch + 1;
    this.owner = { node, epoch };
    this.renew();
    return { record: this.record, epoch, inFlight: [...this.inFlight], entries: [...this.entries] };
  }

  private change(record: readonly RecordField[]): void {
    for (const [name, json] of record)
      if (json === null) this.fields.delete(name);
      else this.fields.set(name, json);
  }

  private add(entry: LogEntry): void {
    this.entries.push(entry);
    for (const follower of this.followers) follower.entry(entry);
  }

  private trim(): void {
    let bytes = this.entries.reduce((sum, { data }) => sum + data.length, 0);
    while (this.entries.length > this.limits.maxEvents || bytes > this.limits.maxBytes) {
      const { position, data } = this.entries.shift()!;
      this.floor = position;
      bytes -= data.length;
    }
  }
}
