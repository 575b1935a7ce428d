import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { POSITIONS_PER_EPOCH, type LogEntry, type SessionOwner } from '../model/cluster/session-log.js';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { Keeping, SharedJournal } from '../sessions/shared-journal.js';
import type { PendingBatch } from './pending-batch.js';
import { SessionWriter, type WrittenSession } from './session-writer.js';

/** How soon the store is asked again who owns the session, in milliseconds. */
const RETRY_MS = 100;

/** How long what need not be written at once waits for other writes, in milliseconds. */
const PATIENCE_MS = 20;

/** The session that is written. */
export interface JournaledSession extends WrittenSession {
  /** Another node owns the session. */
  fenced(): void;
  /** The backlog exceeds the limit. */
  overflowed(): void;
}

interface Step {
  /** Whether it waits while the session may be another node's. Everything waits that a client may hear of. */
  readonly waits: boolean;
  /** Whether the store is asked even if there is nothing to write. */
  readonly asks?: boolean;
  /** Whether it need not be written at once. */
  readonly isPatient?: boolean;
  /** Adds to the next write. */
  readonly note?: (batch: PendingBatch) => void;
  readonly bytes: number;
  readonly then?: (keeping: Keeping) => void;
}

/**
 * Writes one session to the cluster's log, each promise before it is made, in order. There is one write at a time, with
 * everything that has come up since the last. While the store cannot be reached, the session goes on, and is written
 * later.
 */
export class SessionJournal implements SharedJournal {
  private session!: JournaledSession;
  private readonly owner: SessionOwner;
  private readonly writer: SessionWriter;
  private steps: Step[] = [];
  private waitingBytes = 0;
  /** Bytes that the session's account was charged. */
  private counted = 0;
  private isWriting = false;
  private waitingTimer?: NodeJS.Timeout;
  private ended?: Keeping;
  private position: number;

  /** @param stored the record of an adopted session */
  constructor(
    private readonly id: string,
    private readonly node: ClusterNode,
    epoch: number,
    private readonly maxBytes: number,
    reports: ClusterReports,
    private readonly memory: MemoryAccount,
    stored?: SessionRecord,
  ) {
    this.owner = { node: node.id, epoch };
    this.position = epoch * POSITIONS_PER_EPOCH;
    this.writer = new SessionWriter(id, this.owner, node, maxBytes, reports, stored);
  }

  /** @param inFlight requests that the last owner left */
  start(session: JournaledSession, inFlight: Iterable<readonly [string, number]> = []): void {
    this.session = session;
    this.writer.start(session, inFlight);
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
    if (completes !== undefined) this.writer.inFlight.delete(completes);
    this.step({
      waits: true,
      bytes,
      note: (batch) => {
        batch.add(entry);
        this.writer.noted = entry.position;
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

  keep(requests: readonly string[], stream: number, isPatient = false): Promise<Keeping> {
    for (const request of requests) this.writer.inFlight.set(request, stream);
    return new Promise((resolve) =>
      this.step({
        waits: true,
        bytes: 0,
        isPatient,
        note: (batch) => {
          for (const request of requests) batch.accept(request, stream);
        },
        then: resolve,
      }),
    );
  }

  complete(request: string): void {
    if (!this.writer.inFlight.delete(request)) return;
    this.step({ waits: true, bytes: 0, note: (batch) => batch.complete(request) });
  }

  save(): void {
    this.step({ waits: true, bytes: 0, note: (batch) => batch.noteRecord() });
  }

  after(run: (isKept: boolean) => void): void {
    this.step({ waits: true, bytes: 0, then: (keeping) => run(keeping !== 'fenced') });
  }

  /** Whether the node has not stood still since the store confirmed the session. */
  get isSure(): boolean {
    return this.writer.isSure;
  }

  get isHealthy(): boolean {
    return this.writer.isHealthy;
  }

  /** Asks the store who owns the session, which renews it. Writes what could not be written before. */
  confirm(): Promise<Keeping> {
    return new Promise((resolve) => this.step({ waits: false, asks: true, bytes: 0, then: resolve }));
  }

  async isOwned(): Promise<boolean> {
    const keeping = await this.confirm();
    if (keeping === 'unsure') throw new ClusterUnavailableError();
    return keeping !== 'fenced';
  }

  /** Resolves once everything before is written, or cannot be. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.step({ waits: false, bytes: 0, then: () => resolve() }));
  }

  /** Ends a session that another node owns. What was not written is dropped. */
  end(): void {
    if (this.ended) return;
    this.ended = 'fenced';
    this.session.fenced();
    for (const { then } of this.steps.splice(0)) then?.('fenced');
    this.count();
  }

  /** Lets any node adopt the session, after all earlier writes. */
  async release(): Promise<void> {
    await this.settled();
    this.ended ??= 'unkept';
    this.count();
    await this.node.store.release(this.id, this.owner).catch((error) => this.writer.report(error));
  }

  async remove(): Promise<void> {
    await this.settled();
    this.ended ??= 'unkept';
    this.count();
    await this.node.store.remove(this.id, this.owner).catch((error) => this.writer.report(error));
  }

  private step(step: Step): void {
    if (this.ended) return step.then?.(this.ended);
    if (!step.note && !step.asks && this.hasNothingToWrite) return step.then?.('kept');
    this.steps.push(step);
    if (this.isWriting) return;
    if (step.isPatient) this.writeLater();
    else void this.writeAll();
  }

  private get hasNothingToWrite(): boolean {
    return this.steps.length === 0 && !this.isWriting && this.writer.batch.isEmpty && this.isSure;
  }

  private writeLater(): void {
    this.waitingTimer ??= setTimeout(() => {
      this.waitingTimer = undefined;
      if (!this.isWriting && this.steps.length > 0) void this.writeAll();
    }, PATIENCE_MS).unref();
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    /** Steps that wait until the owner is known. */
    let held: Step[] = [];
    do {
      const { steps } = this;
      this.steps = [];
      for (const { note } of steps) note?.(this.writer.batch);
      const asks = steps.some((step) => step.asks);
      const keeping = this.ended === 'fenced' ? this.ended : await this.writer.write(asks);
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
      if (isUnsure) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    } while (held.length > 0 || this.steps.some(({ isPatient }) => !isPatient));
    this.isWriting = false;
    if (this.steps.length > 0) this.writeLater();
  }

  private count(): void {
    const held = this.ended ? 0 : this.waitingBytes + this.writer.batch.bytes;
    this.memory.add(held - this.counted);
    this.counted = held;
  }
}
