import { randomUUID } from 'node:crypto';
import type {
  LogBatch,
  LogFollower,
  LogSlice,
  SessionLog,
  SessionOwner,
  WriteOutcome,
} from '../../model/cluster/session-log.js';
import type { Agreement } from '../../model/cluster/agreement.js';
import type { ClusterLimits, ClusterNode } from '../../model/cluster/mcp-cluster.js';
import type { NodeBus, NodeHandler } from '../../model/cluster/node-bus.js';
import { NodeLease } from '../../model/cluster/node-lease.js';
import type { AdoptedSession, SessionStore } from '../../model/cluster/session-store.js';
import { ClusterUnavailableError, NodeGoneError } from '../../model/errors/cluster.errors.js';
import type { ResultStore } from '../../model/result-store.js';
import type { MemoryAgreement } from './memory-agreement.js';
import { StoredSession } from './stored-session.js';

/** What the nodes of one server share. */
export interface SharedMemory {
  readonly sessions: Map<string, StoredSession>;
  readonly nodes: Map<string, MemoryNode>;
  /** Also of sessions that do not exist yet. */
  readonly followers: Map<string, Set<LogFollower>>;
  readonly agreed: MemoryAgreement;
  readonly results: ResultStore;
}

/** A node of a cluster in memory. What it sends is copied, as on a wire. */
export class MemoryNode implements ClusterNode, SessionStore, SessionLog, NodeBus, Agreement {
  readonly id = randomUUID();
  readonly store = this;
  readonly log = this;
  readonly bus = this;
  readonly agreement = this;
  readonly lease = new NodeLease();
  readonly results: ResultStore = {
    keep: async (...text) => this.sharedResults.keep(...text),
    find: async (...text) => this.sharedResults.find(...text),
  };
  private handler?: NodeHandler;
  private isGone = false;

  constructor(
    private readonly shared: SharedMemory,
    private readonly limits: ClusterLimits,
  ) {
    shared.nodes.set(this.id, this);
  }

  get isReachable(): boolean {
    return !this.isGone;
  }

  /** Ends like a killed process: nobody is told. */
  crash(): void {
    this.shared.nodes.delete(this.id);
    this.handler = undefined;
    this.isGone = true;
  }

  async ready(): Promise<void> {}

  onReturn(): void {}

  async leave(): Promise<void> {
    this.crash();
  }

  serve(handler: NodeHandler): void {
    this.handler = handler;
  }

  async request(node: string, message: unknown): Promise<unknown> {
    const target = this.shared.nodes.get(node)?.handler;
    if (!target) throw new NodeGoneError(`The node ${node} is dead.`);
    return copy(await target(copy(message)));
  }

  publish(message: unknown): void {
    for (const node of this.shared.nodes.keys()) if (node !== this.id) this.tell(node, message);
  }

  tell(node: string, message: unknown): void {
    this.shared.nodes
      .get(node)
      ?.handler?.(copy(message))
      .catch(() => undefined);
  }

  async find(id: string): ReturnType<SessionStore['find']> {
    const session = this.session(id);
    return session && copy({ record: session.record, owner: session.owner });
  }

  async append(id: string, owner: SessionOwner, batch: LogBatch): Promise<WriteOutcome> {
    if (!this.session(id) && batch.creates) {
      const created = new StoredSession(owner, batch.record!, this.limits, this.followersOf(id));
      this.shared.sessions.set(id, created);
    }
    return this.owned(id, owner, (session) => session.write(copy(batch)));
  }

  async read(id: string, from: number): Promise<LogSlice | undefined> {
    return this.session(id)?.read(from);
  }

  async follow(id: string, follower: LogFollower): Promise<() => void> {
    const followers = this.followersOf(id);
    followers.add(follower);
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && !this.shared.sessions.has(id)) this.shared.followers.delete(id);
    };
  }

  async adopt(id: string, from: SessionOwner, node: string): Promise<AdoptedSession | undefined> {
    const session = this.session(id);
    const isAsExpected = session?.owner.node === from.node && session.owner.epoch === from.epoch;
    return isAsExpected ? copy(session.adopt(node)) : undefined;
  }

  async release(id: string, owner: SessionOwner): Promise<WriteOutcome> {
    return this.owned(id, owner, (session) => (session.owner = { node: '', epoch: owner.epoch + 1 }));
  }

  async renew(id: string, owner: SessionOwner): Promise<WriteOutcome> {
    return this.owned(id, owner, (session) => session.renew());
  }

  async remove(id: string, owner: SessionOwner): Promise<WriteOutcome> {
    return this.owned(id, owner, () => this.forget(id));
  }

  async agree(key: string, proposed: string, ttlMs = Infinity): Promise<string> {
    if (this.isGone) throw new ClusterUnavailableError();
    return this.shared.agreed.agree(key, proposed, ttlMs);
  }

  /** @throws {ClusterUnavailableError} */
  private get sharedResults(): ResultStore {
    if (this.isGone) throw new ClusterUnavailableError();
    return this.shared.results;
  }

  private owned(id: string, { epoch }: SessionOwner, act: (session: StoredSession) => void): WriteOutcome {
    const session = this.session(id);
    // Memory loses nothing: a missing session was removed.
    if (session?.owner.epoch !== epoch) return 'fenced';
    act(session);
    return 'ok';
  }

  /** @throws {ClusterUnavailableError} */
  private session(id: string): StoredSession | undefined {
    if (this.isGone) throw new ClusterUnavailableError();
    const session = this.shared.sessions.get(id);
    if (session?.isExpired) this.forget(id);
    return this.shared.sessions.get(id);
  }

  private forget(id: string): void {
    this.shared.sessions.delete(id);
    if (this.followersOf(id).size === 0) this.shared.followers.delete(id);
  }

  private followersOf(id: string): Set<LogFollower> {
    const followers = this.shared.followers.get(id) ?? new Set();
    this.shared.followers.set(id, followers);
    return followers;
  }
}

function copy<T>(value: T): T {
  return (value === undefined ? undefined : JSON.parse(JSON.stringify(value))) as T;
}
