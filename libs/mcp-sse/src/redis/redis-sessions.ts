import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import {
  POSITIONS_PER_EPOCH,
  type LogBatch,
  type LogEntry,
  type LogFollower,
  type LogSlice,
  type SessionLog,
  type SessionOwner,
  type WriteOutcome,
} from '../model/cluster/session-log.js';
import type { ClusterLimits } from '../model/cluster/mcp-cluster.js';
import { recordOf } from '../model/cluster/session-record.js';
import { type AdoptedSession, type SessionStore, sessionTtlMs } from '../model/cluster/session-store.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { RedisConnection } from './redis-connection.js';
import { isWrongType } from './redis-outage.js';
import { readEntry, readRecord, readRequest, writeEntry } from './stored-json.js';
import { VERSION } from './written-json.js';

/** Prefix of the fields of a session's hash that belong to its record. */
const RECORD = 'record.';

/** What a log has: characters of data, and entries. */
interface LogSize {
  bytes: number;
  events: number;
}

/** The answer to an append; the size of the log if entries were added. */
type AppendReply = [outcome: WriteOutcome, bytes?: string, events?: number];

/** The sessions of all nodes. The keys of a session share a hash tag, so that Redis Cluster keeps them together. */
export class RedisSessions implements SessionStore, SessionLog {
  /** The data set of Redis that each session of this node was last written to. */
  private readonly written = new Map<string, string>();
  /** What the logs of this node's sessions have, as far as that is known. */
  private readonly logs = new Map<string, LogSize>();

  /** @param dataset gives the mark of the current data set of Redis, which changes when Redis loses its data */
  constructor(
    private readonly redis: RedisConnection,
    private readonly prefix: string,
    private readonly limits: ClusterLimits,
    private readonly dataset: () => Promise<string>,
    private readonly reports: ClusterReports,
  ) {}

  async find(id: string): ReturnType<SessionStore['find']> {
    const finding = this.redis.run((commands) => commands.hgetall(this.keys(id)[0]));
    const session = await this.typed(finding);
    if (session?.['epoch'] === undefined) return this.missing();
    const record = readRecord(recordPieces(Object.entries(session)), this.reports);
    // Nodes of that version can serve it.
    if (record === 'later') throw new ClusterUnavailableError();
    if (!record) return undefined;
    const owner = { node: session['node'] ?? '', epoch: Number(session['epoch']) };
    return Number.isSafeInteger(owner.epoch) ? { record, owner } : undefined;
  }

  async append(id: string, owner: SessionOwner, batch: LogBatch): Promise<WriteOutcome> {
    const adding = this.addQuietly(id, batch);
    if (adding && (await adding)) return 'ok';
    const { record = [], creates = false, accepted, completed, entries, floor, isQuiet = false } = batch;
    const { node, epoch } = owner;
    const set = record.filter((field): field is [string, string] => field[1] !== null);
    const removed = record.filter(([, json]) => json === null);
    if (creates) set.push(['v', String(VERSION)]);
    const { maxEvents, maxBytes } = this.limits;
    const dataset = creates ? await this.dataset() : undefined;
    const [outcome, bytes, events] = await this.script<AppendReply>('mcpAppend', id, [
      epoch,
      node,
      creates ? 1 : 0,
      creates ? sessionTtlMs(recordOf(set).graceMs) : '',
      maxEvents,
      maxBytes,
      floor ?? '',
      isQuiet ? '' : this.channel(id),
      this.logs.get(id)?.bytes ?? '',
      epoch * POSITIONS_PER_EPOCH,
      set.length,
      ...set.flatMap(([name, json]) => [RECORD + name, json]),
      removed.length,
      ...removed.map(([name]) => RECORD + name),
      accepted.length,
      ...accepted.flat(),
      completed.length,
      ...completed,
      entries.length,
      ...entries.flatMap((entry) => [entry.position, entry.data.length, writeEntry(entry)]),
    ]);
    if (dataset !== undefined && outcome === 'ok') this.written.set(id, dataset);
    if (bytes !== undefined) this.logs.set(id, { bytes: Number(bytes), events: events! });
    return this.judged(id, outcome);
  }

  /**
   * Adds a single entry that nobody follows, by one command. It fails if another node owns the session: the adoption
   * has then raised the lowest position that the log takes, or the log is gone.
   *
   * @returns undefined if it is not that simple; false if it was not added
   */
  private addQuietly(id: string, batch: LogBatch): undefined | Promise<boolean> {
    const { record, creates, accepted, completed, entries, floor, isQuiet } = batch;
    if (!isQuiet || creates || entries.length !== 1 || accepted.length > 0 || completed.length > 0) return;
    const log = this.logs.get(id);
    const [entry] = entries as [LogEntry];
    const bytes = (log?.bytes ?? Infinity) + entry.data.length;
    if (record || floor !== undefined || bytes > this.limits.maxBytes) return;
    if (log!.events === this.limits.maxEvents) return;
    return this.addEntry(id, entry, log!);
  }

  private async addEntry(id: string, entry: LogEntry, log: LogSize): Promise<boolean> {
    const { position, data } = entry;
    try {
      const added = await this.redis.run((commands) =>
        commands.xadd(this.keys(id)[1], 'NOMKSTREAM', position, 'e', writeEntry(entry), 'l', data.length),
      );
      if (added === null) return false;
      log.bytes += data.length;
      log.events++;
      return true;
    } catch (error) {
      // The entry may have been added. The script counts again.
      this.logs.delete(id);
      if (error instanceof ClusterUnavailableError) throw error;
      return false;
    }
  }

  async read(id: string, from: number): Promise<LogSlice | undefined> {
    const found = await this.typed(this.script<[string, string[]] | null>('mcpRead', id, [from]));
    return found ? { floor: Number(found[0]), entries: this.entries(found[1]) } : this.missing();
  }

  follow(id: string, follower: LogFollower): Promise<() => void> {
    const hear = (text: string) => {
      const entry = readEntry(text, this.reports);
      if (entry) follower.entry(entry);
    };
    return this.redis.subscribe(this.channel(id), hear, () => follower.gap());
  }

  async adopt(id: string, from: SessionOwner, node: string): Promise<AdoptedSession | undefined> {
    const args = [from.node, from.epoch, node, POSITIONS_PER_EPOCH];
    const dataset = await this.dataset();
    const adopted = await this.script<[string[], string, string[], string[]] | null>('mcpAdopt', id, args);
    if (!adopted) return undefined;
    const [session, epoch, inFlight, entries] = adopted;
    const record = readRecord(recordPieces(pairs(session)), this.reports);
    // It was readable when the session was found.
    if (!record || record === 'later') return undefined;
    this.written.set(id, dataset);
    return {
      record,
      epoch: Number(epoch),
      inFlight: pairs(inFlight)
        .map((pair) => readRequest(pair, this.reports))
        .filter((request) => request !== undefined),
      entries: this.entries(entries),
    };
  }

  async release(id: string, { epoch }: SessionOwner): Promise<WriteOutcome> {
    this.forget(id);
    return this.judged(id, await this.script('mcpRelease', id, [epoch]));
  }

  async renew(id: string, { epoch }: SessionOwner): Promise<WriteOutcome> {
    return this.judged(id, await this.script('mcpRenew', id, [epoch]));
  }

  async remove(id: string, { epoch }: SessionOwner): Promise<WriteOutcome> {
    this.forget(id);
    return this.judged(id, await this.script('mcpRemove', id, [epoch]));
  }

  /** A session that is missing from the data set that it was written to was removed by a later owner. */
  private async judged(id: string, outcome: WriteOutcome): Promise<WriteOutcome> {
    const dataset = this.written.get(id);
    if (outcome === 'fenced') this.forget(id);
    if (outcome !== 'missing') return outcome;
    this.logs.delete(id);
    return dataset !== undefined && dataset !== (await this.dataset()) ? 'missing' : 'fenced';
  }

  private forget(id: string): void {
    this.written.delete(id);
    this.logs.delete(id);
  }

  /** @throws {ClusterUnavailableError} while nodes may still write again what Redis has lost */
  private missing(): undefined {
    if (!this.redis.isSettled) throw new ClusterUnavailableError();
    return undefined;
  }

  private entries(texts: readonly string[]): LogEntry[] {
    return texts.map((text) => readEntry(text, this.reports)).filter((entry) => entry !== undefined);
  }

  /** @returns undefined when the keys of the session have another type */
  private async typed<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!isWrongType(error)) throw error;
      return void this.reports.unreadable('record', 'its key has another type');
    }
  }

  private script<T>(
    name: Parameters<RedisConnection['script']>[0],
    id: string,
    args: readonly (string | number)[],
  ): Promise<T> {
    return this.redis.script(name, [...this.keys(id), ...args]) as Promise<T>;
  }

  private keys(id: string): [session: string, log: string, inFlight: string] {
    const key = `${this.prefix}:{${id}}`;
    return [`${key}:session`, `${key}:log`, `${key}:requests`];
  }

  private channel(id: string): string {
    return `${this.prefix}:{${id}}:events`;
  }
}

/** @param session every field of it */
function recordPieces(session: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return session
    .filter(([name]) => name.startsWith(RECORD))
    .map(([name, json]) => [name.slice(RECORD.length), json] as const);
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name, flat[index + 1]!] as [string, string]] : [],
  );
}
