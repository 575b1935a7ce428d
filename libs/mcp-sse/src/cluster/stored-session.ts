import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { LogBatch } from '../model/cluster/log-batch.js';
import type { LogEntry } from '../model/cluster/log-entry.js';
import type { ClusterLimits } from '../model/cluster/mcp-cluster.js';
import type { LogFollower, LogSlice } from '../model/cluster/session-log.js';
import type { SessionOwner } from '../model/cluster/session-owner.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import { sessionTtlMs } from '../model/cluster/session-ttl.js';

/** A session in the memory that nodes of one process share. */
export class StoredSession {
  private readonly inFlight = new Map<string, number>();
  private entries: LogEntry[] = [];
  private floor = 0;
  private expiresAt = 0;

  constructor(
    public owner: SessionOwner,
    public record: SessionRecord,
    private readonly limits: ClusterLimits,
    private readonly followers: ReadonlySet<LogFollower>,
  ) {
    this.renew();
  }

  get isExpired(): boolean {
    return Date.now() > this.expiresAt;
  }

  renew(): void {
    this.expiresAt = Date.now() + sessionTtlMs(this.record.graceMs);
  }

  write({ record, accepted, completed, entries, floor }: LogBatch): void {
    if (record) this.record = record;
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
