import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import {
  POSITIONS_PER_EPOCH,
  type LogBatch,
  type LogEntry,
  type SessionOwner,
  type WriteOutcome,
} from '../model/cluster/session-log.js';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import { type SessionRecord, recordFields } from '../model/cluster/session-record.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { Keeping } from '../sessions/shared-journal.js';
import { PendingBatch } from './pending-batch.js';
import { WrittenRecord } from './written-record.js';

/** What is written of a session. */
export interface WrittenSession {
  readonly record: SessionRecord;
  /** Its events, for a store that has lost the session. */
  readonly kept: readonly LogEntry[];
  /** Whether clients of other nodes may read its events. */
  readonly isFollowed: boolean;
}

/** Makes the single writes of a session to the cluster's log, and knows what the store has of it. */
export class SessionWriter {
  /** Requests without an answer, and the streams of their answers. */
  readonly inFlight = new Map<string, number>();
  /** What the next write has. */
  batch = new PendingBatch();
  /** Position of the newest event that was part of a write. Later ones still wait for theirs. */
  noted: number;
  private session!: WrittenSession;
  private written = new WrittenRecord();
  private isNew: boolean;
  /** Whether the store took the last write. */
  private isTaken = true;
  /** Term of the node's lease in which the store last confirmed that the session is this node's. */
  private term: number;

  /** @param stored the record of an adopted session */
  constructor(
    private readonly id: string,
    private readonly owner: SessionOwner,
    private readonly node: ClusterNode,
    private readonly maxBytes: number,
    private readonly reports: ClusterReports,
    stored?: SessionRecord,
  ) {
    this.isNew = owner.epoch === 0;
    if (stored) this.written.confirm(recordFields(stored));
    this.term = node.lease.term;
    this.noted = owner.epoch * POSITIONS_PER_EPOCH;
  }

  /** @param inFlight requests that the last owner left */
  start(session: WrittenSession, inFlight: Iterable<readonly [string, number]>): void {
    this.session = session;
    for (const [request, stream] of inFlight) this.inFlight.set(request, stream);
  }

  /** Whether the node has not stood still since the store confirmed the session. */
  get isSure(): boolean {
    return this.term === this.node.lease.term;
  }

  get isHealthy(): boolean {
    return this.isTaken && !this.isNew;
  }

  /** @param asks whether to ask the store even if there is nothing to write */
  async write(asks: boolean): Promise<Keeping> {
    const { term } = this.node.lease;
    if (this.batch.isEmpty && !asks && term === this.term) return 'kept';
    try {
      const batch = this.batch.isEmpty
        ? undefined
        : this.batch.toBatch(() => this.written.changes(this.session.record));
      let outcome: WriteOutcome = batch ? await this.send({ ...batch, creates: this.isNew }) : 'ok';
      // A write alone does not keep the session from expiring.
      if (outcome === 'ok' && (asks || !batch)) outcome = await this.node.store.renew(this.id, this.owner);
      const isLost = outcome === 'missing';
      if (isLost) {
        // Has the requests of later steps too.
        this.batch.noteTried();
        outcome = await this.send(this.wholeSession(batch?.entries ?? []));
      }
      if (outcome !== 'ok') return 'fenced';
      this.isNew = false;
      this.isTaken = true;
      this.term = term;
      this.batch = new PendingBatch(isLost);
      return 'kept';
    } catch (error) {
      this.isTaken = false;
      this.report(error);
      this.batch.limit(this.maxBytes);
      return this.isSure ? 'unkept' : 'unsure';
    }
  }

  /** Logs an error unless it only says that the store cannot be reached. */
  report(error: unknown): void {
    if (!(error instanceof ClusterUnavailableError))
      this.reports.failed(error, 'writing a session to the cluster');
  }

  private async send(batch: LogBatch): Promise<WriteOutcome> {
    const isQuiet = !this.session.isFollowed;
    const outcome = await this.node.log.append(this.id, this.owner, { ...batch, isQuiet });
    if (outcome === 'ok') this.written.confirm(batch.record);
    return outcome;
  }

  /** The store has lost the session, as a Redis without a disk does that is restarted. */
  private wholeSession(entries: readonly LogEntry[]): LogBatch {
    const { record: whole, kept } = this.session;
    this.written = new WrittenRecord();
    const record = this.written.changes(whole);
    const newest = kept.at(-1)?.position ?? 0;
    const all = [...kept, ...entries.filter(({ position }) => position > newest)];
    // The store drops events up to the floor, so it must not rise above one that is still to be written.
    const floor = all.length > 0 ? all[0]!.position - 1 : this.noted;
    return { record, creates: true, accepted: [...this.inFlight], completed: [], entries: all, floor };
  }
}
