import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { LogBatch, LogEntry, SessionOwner, WriteOutcome } from '../model/cluster/session-log.js';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import { type SessionRecord, recordFields } from '../model/cluster/session-record.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { Keeping, SharedJournal } from '../sessions/shared-journal.js';
import { PendingBatch } from './pending-batch.js';
import { WrittenRecord } from './written-record.js';

/** Positions that a node may give to events of a session: those of a later epoch are greater. */
const POSITIONS_PER_EPOCH = 2 ** 32;

/** How soon the store is asked again whose the session is. */
const RETRY_MS = 100;

/** The session as it is, for a store that has lost it. */
export interface JournaledSession {
  readonly record: SessionRecord;
  readonly kept: readonly LogEntry[];
  /** Another node owns the session. */
  fenced(): void;
  /** The backlog exceeds the limit. */
  overflowed(): void;
}

interface Step {
  /** Whether it waits while the session may be another node's, as everything does that a client may hear of. */
  readonly waits: boolean;
  /** Whether the store has to be asked, even where there is nothing to write. */
  readonly asks?: boolean;
  /** Adds to what is to be written. */
  readonly note?: (batch: PendingBatch) => void;
  readonly bytes: number;
  readonly then?: (keeping: Keeping) => void;
}

/**
 * Writes down what a session promises before the promise is made, in order: one write at a time, each with all that
 * has come up since the last. When the store is away, the session goes on without it, and is written down later.
 */
export class SessionJournal implements SharedJournal {
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
  /** Term of the node's lease in which the store has last said that the session is this node's. */
  private term: number;
  private position: number;

  /** @param stored the record that the store has of a session that is adopted */
  constructor(
    private readonly id: string,
    private readonly node: ClusterNode,
    private readonly epoch: number,
    private readonly maxBytes: number,
    private readonly reports: ClusterReports,
    private readonly memory: MemoryAccount,
    stored?: SessionRecord,
  ) {
    this.isNew = epoch === 0;
    if (stored) this.written.confirm(recordFields(stored));
    this.term = node.lease.term;
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
      waits: true,
      bytes,
      note: (batch) => {
        batch.add(entry);
        if (completes !== undefined) batch.complete(completes);
      },
      then: (keeping) => {
        if (keeping !== 'fenced' && !deliver()) this.session.overflowed();
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
        waits: true,
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
    this.step({ waits: true, bytes: 0, note: (batch) => batch.complete(request) });
  }

  /** The session's record has changed. */
  save(): void {
    this.step({ waits: true, bytes: 0, note: (batch) => batch.noteRecord() });
  }

  after(run: (isKept: boolean) => void): void {
    this.step({ waits: true, bytes: 0, then: (keeping) => run(keeping !== 'fenced') });
  }

  /** Whether the session is sure to be this node's: the node has not stood still since the store said so. */
  get isSure(): boolean {
    return this.term === this.node.lease.term;
  }

  /** Asks the store whose the session is, which keeps it from being forgotten. Writes what could not be written before. */
  confirm(): Promise<Keeping> {
    return new Promise((resolve) => this.step({ waits: false, asks: true, bytes: 0, then: resolve }));
  }

  /**
   * Asks the store whether the session is this node's. While the store is away it is, as long as that is sure.
   *
   * @throws {ClusterUnavailableError}
   */
  async isOwned(): Promise<boolean> {
    const keeping = await this.confirm();
    if (keeping === 'unsure') throw new ClusterUnavailableError();
    return keeping !== 'fenced';
  }

  /** Resolves once all that came before is kept, or cannot be. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.step({ waits: false, bytes: 0, then: () => resolve() }));
  }

  /** Nothing more is written, and what was not is given up. */
  end(): void {
    if (this.ended) return;
    this.ended = 'fenced';
    this.session.fenced();
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
    /** Those that wait until it is known whose the session is. */
    let held: Step[] = [];
    while (this.steps.length + held.length > 0) {
      const { steps } = this;
      this.steps = [];
      for (const { note } of steps) note?.(this.unsaved);
      const keeping = await this.write(steps.some(({ asks }) => asks));
      if (keeping === 'fenced') this.end();
      const isUnsure = keeping === 'unsure';
      const isDone = ({ waits }: Step) => !isUnsure || !waits;
      const all = held.length > 0 ? [...held, ...steps] : steps;
      held = isUnsure ? all.filter((step) => !isDone(step)) : [];
      for (const step of all) {
        if (!isDone(step)) continue;
        this.waitingBytes -= step.bytes;
        step.then?.(keeping);
      }
      this.count();
      if (isUnsure) await delay(RETRY_MS, undefined, { ref: false });
    }
    this.isWriting = false;
  }

  private count(): void {
    const held = this.ended ? 0 : this.waitingBytes + this.unsaved.bytes;
    this.memory.add(held - this.counted);
    this.counted = held;
  }

  /** @param asks whether to ask the store even where there is nothing to write */
  private async write(asks: boolean): Promise<Keeping> {
    if (this.ended === 'fenced') return 'fenced';
    const { term } = this.node.lease;
    if (this.unsaved.isEmpty && !asks && term === this.term) return 'kept';
    try {
      const batch = this.unsaved.isEmpty
        ? undefined
        : this.unsaved.toBatch(() => this.written.changes(this.session.record));
      let outcome = await (batch
        ? this.send({ ...batch, creates: this.isNew })
        : this.node.store.renew(this.id, this.owner));
      if (outcome === 'missing') outcome = await this.send(this.wholeSession(batch?.entries ?? []));
      if (outcome !== 'ok') return 'fenced';
      this.isNew = false;
      this.term = term;
      this.unsaved = new PendingBatch();
      return 'kept';
    } catch (error) {
      this.report(error);
      this.unsaved.limit(this.maxBytes);
      return this.isSure ? 'unkept' : 'unsure';
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
  private wholeSession(entries: readonly LogEntry[]): LogBatch {
    const { record: whole, kept } = this.session;
    this.written = new WrittenRecord();
    const record = this.written.changes(whole);
    const newest = kept.at(-1)?.position ?? 0;
    const all = [...kept, ...entries.filter(({ position }) => position > newest)];
    const floor = all.length > 0 ? all[0]!.position - 1 : this.position;
    return { record, creates: true, accepted: [...this.inFlight], completed: [], entries: all, floor };
  }
}
