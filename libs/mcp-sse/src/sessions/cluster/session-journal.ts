import type { ClusterReports } from '../../model/cluster/cluster-reports.js';
import type { LogBatch } from '../../model/cluster/log-batch.js';
import type { LogEntry } from '../../model/cluster/log-entry.js';
import type { ClusterNode } from '../../model/cluster/mcp-cluster.js';
import type { SessionOwner } from '../../model/cluster/session-owner.js';
import type { SessionRecord } from '../../model/cluster/session-record.js';
import type { WriteOutcome } from '../../model/cluster/write-outcome.js';
import { ClusterUnavailableError } from '../../model/errors/cluster-unavailable.error.js';
import type { MemoryAccount } from '../../streaming/memory-account.js';
import type { EventJournal } from '../../streaming/event-journal.js';
import { PendingBatch } from './pending-batch.js';
import { WrittenRecord } from './written-record.js';

/** Positions that a node may give to events of a session: those of a later epoch are greater. */
const POSITIONS_PER_EPOCH = 2 ** 32;

/** What became of something: kept, not kept for now, or never to be kept because another node has the session. */
export type Keeping = 'kept' | 'unkept' | 'fenced';

/** The session as it is, for a store that has lost it. */
export interface JournaledSession {
  readonly record: SessionRecord;
  readonly kept: readonly LogEntry[];
  /** Another node has the session. */
  onFenced(): void;
  /** So much waits that the session has lost its sense. */
  onOverflow(): void;
}

interface Step {
  /** Adds to what is to be written. */
  readonly note?: (batch: PendingBatch) => void;
  readonly bytes: number;
  readonly then?: (keeping: Keeping) => void;
}

/**
 * Writes down what a session promises before the promise is made, in order: one write at a time, each with all that
 * has come up since the last. When the store is away, the session goes on without it, and is written down later.
 */
export class SessionJournal implements EventJournal {
  private session!: JournaledSession;
  private readonly inFlight = new Map<string, number>();
  private steps: Step[] = [];
  private waitingBytes = 0;
  /** What counts as memory of the session. */
  private counted = 0;
  private unsaved = new PendingBatch();
  private written = new WrittenRecord();
  private isNew: boolean;
  private isWriting = false;
  private ended?: Keeping;
  private position: number;

  constructor(
    private readonly id: string,
    private readonly node: ClusterNode,
    private readonly epoch: number,
    private readonly maxBytes: number,
    private readonly reports: ClusterReports,
    private readonly memory: MemoryAccount,
  ) {
    this.isNew = epoch === 0;
    this.position = epoch * POSITIONS_PER_EPOCH;
  }

  /** @param inFlight requests that another node has left */
  start(session: JournaledSession, inFlight: Iterable<readonly [string, number]> = []): void {
    this.session = session;
    for (const [request, stream] of inFlight) this.inFlight.set(request, stream);
    this.save();
  }

  /** Position of the newest event. */
  get last(): number {
    return this.position;
  }

  next(): number {
    return ++this.position;
  }

  append(entry: LogEntry, completes: string | undefined, deliver: () => boolean): boolean {
    const bytes = entry.data.length;
    this.waitingBytes += bytes;
    this.count();
    if (this.waitingBytes > this.maxBytes) return false;
    if (completes !== undefined) this.inFlight.delete(completes);
    this.step({
      bytes,
      note: (batch) => {
        batch.add(entry);
        if (completes !== undefined) batch.complete(completes);
      },
      then: (keeping) => {
        if (keeping !== 'fenced' && !deliver()) this.session.onOverflow();
      },
    });
    return true;
  }

  accept(requests: readonly string[], stream: number): void {
    void this.keep(requests, stream);
  }

  /** As `accept`. @returns whether they are kept */
  keep(requests: readonly string[], stream: number): Promise<Keeping> {
    for (const request of requests) this.inFlight.set(request, stream);
    return new Promise((resolve) =>
      this.step({
        bytes: 0,
        note: (batch) => {
          for (const request of requests) batch.accept(request, stream);
        },
        then: resolve,
      }),
    );
  }

  /** A request gets no answer. */
  complete(request: string): void {
    if (!this.inFlight.delete(request)) return;
    this.step({ bytes: 0, note: (batch) => batch.complete(request) });
  }

  /** The session's record has changed. */
  save(): void {
    this.step({ bytes: 0, note: (batch) => batch.noteRecord() });
  }

  after(run: (isKept: boolean) => void): void {
    this.step({ bytes: 0, then: (keeping) => run(keeping !== 'fenced') });
  }

  /** Resolves once all that came before is kept, or cannot be. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.after(() => resolve()));
  }

  /** Writes what could not be written before. */
  retry(): void {
    if (!this.unsaved.isEmpty) this.after(() => undefined);
  }

  /** Keeps the session from being forgotten while nothing happens in it. */
  async renew(): Promise<void> {
    const outcome = await this.node.store.renew(this.id, this.owner).catch((error) => {
      this.report(error);
      return 'ok';
    });
    if (outcome === 'missing') this.save();
    else if (outcome === 'fenced') this.end();
  }

  /** Nothing more is written, and what was not is given up. */
  end(): void {
    if (this.ended) return;
    this.ended = 'fenced';
    this.session.onFenced();
    for (const { then } of this.steps.splice(0)) then?.('fenced');
    this.count();
  }

  /** Lets any node have the session once all that came before is kept. */
  async release(): Promise<void> {
    await this.settled();
    this.ended ??= 'unkept';
    this.count();
    await this.node.store.release(this.id, this.owner).catch((error) => this.report(error));
  }

  /** Has the session forgotten once all that came before is kept. */
  async remove(): Promise<void> {
    await this.settled();
    this.ended ??= 'unkept';
    this.count();
    await this.node.store.remove(this.id, this.owner).catch((error) => this.report(error));
  }

  private get owner(): SessionOwner {
    return { node: this.node.id, epoch: this.epoch };
  }

  private step(step: Step): void {
    if (this.ended) return step.then?.(this.ended);
    this.steps.push(step);
    if (!this.isWriting) void this.writeAll();
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.steps.length > 0) {
      const steps = this.steps;
      this.steps = [];
      for (const { note } of steps) note?.(this.unsaved);
      const keeping = await this.write();
      if (keeping === 'fenced') this.end();
      for (const { then, bytes } of steps) {
        this.waitingBytes -= bytes;
        then?.(keeping);
      }
      this.count();
    }
    this.isWriting = false;
  }

  private count(): void {
    const held = this.ended ? 0 : this.waitingBytes + this.unsaved.bytes;
    this.memory.add(held - this.counted);
    this.counted = held;
  }

  private async write(): Promise<Keeping> {
    if (this.ended === 'fenced') return 'fenced';
    if (this.unsaved.isEmpty) return 'kept';
    try {
      const batch = this.unsaved.toBatch(() => this.written.changes(this.session.record));
      let outcome = await this.send({ ...batch, creates: this.isNew });
      if (outcome === 'missing') outcome = await this.send(this.wholeSession(batch));
      if (outcome !== 'ok') return 'fenced';
      this.isNew = false;
      this.unsaved = new PendingBatch();
      return 'kept';
    } catch (error) {
      this.report(error);
      this.unsaved.limit(this.maxBytes);
      return 'unkept';
    }
  }

  /** What cannot be kept for another reason than that the store is away is an error of ours. */
  private report(error: unknown): void {
    if (!(error instanceof ClusterUnavailableError)) this.reports.failed(error, 'the keeping of a session');
  }

  private async send(batch: LogBatch): Promise<WriteOutcome> {
    const outcome = await this.node.log.append(this.id, this.owner, batch);
    if (outcome === 'ok') this.written.confirm(batch.record);
    return outcome;
  }

  /** The store has lost the session, as a Redis without a disk does that is restarted. */
  private wholeSession({ entries }: LogBatch): LogBatch {
    const { record: whole, kept } = this.session;
    this.written = new WrittenRecord();
    const record = this.written.changes(whole);
    const newest = kept.at(-1)?.position ?? 0;
    const all = [...kept, ...entries.filter(({ position }) => position > newest)];
    const floor = all.length > 0 ? all[0]!.position - 1 : this.position;
    return { record, creates: true, accepted: [...this.inFlight], completed: [], entries: all, floor };
  }
}
