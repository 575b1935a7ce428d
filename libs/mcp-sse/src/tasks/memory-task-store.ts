import { LONGEST_DELAY_MS } from '../model/longest-delay.js';
import { expiryOf, isFinal, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskStore } from '../model/tasks/mcp-task-store.js';
import { jsonWeight } from '../protocol/json-weight.js';
import { type MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';

interface Kept {
  task: McpTaskRecord;
  bytes: number;
  readonly owner: Owner;
  readonly timer: NodeJS.Timeout;
}

/** A principal with tasks, the oldest first. */
interface Owner {
  readonly tasks: Set<string>;
  readonly memory: MemoryAccount;
}

/** The tasks of one server in this process. They end with it. */
export class MemoryTaskStore implements McpTaskStore {
  readonly outlives = false;
  private readonly tasks = new Map<string, Kept>();
  private readonly owners = new Map<string, Owner>();
  private readonly listeners = new Set<(id: string | undefined) => void>();

  /** @param budget in which the tasks count. When it is short, the principals that hold the most lose theirs */
  constructor(private readonly budget: MemoryBudget = MemoryBudget.unlimited()) {}

  get size(): number {
    return this.tasks.size;
  }

  create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean> {
    const { id } = task;
    const owner = this.ownerOf(task.owner);
    if (owner.tasks.size >= maxPerOwner) return Promise.resolve(false);
    // Timers may be a millisecond early.
    const ms = Math.min(LONGEST_DELAY_MS, expiryOf(task) - Date.now() + 1);
    const timer = setTimeout(() => this.forget(id), ms).unref();
    const kept = { task: copyOf(task), bytes: 0, owner, timer };
    owner.tasks.add(id);
    this.tasks.set(id, kept);
    this.weigh(kept);
    this.tell(id);
    // It may be more than there is room for.
    return Promise.resolve(this.tasks.has(id));
  }

  get(id: string): Promise<McpTaskRecord | undefined> {
    return Promise.resolve(this.find(id)?.task);
  }

  change(id: string, version: number, change: McpTaskChange): Promise<boolean> {
    const kept = this.find(id);
    if (kept?.task.version !== version) return Promise.resolve(false);
    kept.task = changed(kept.task, change);
    if (change.questions || change.steps || change.result) this.weigh(kept);
    this.tell(id);
    return Promise.resolve(true);
  }

  watch(listener: (id: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    for (const id of this.tasks.keys()) this.forget(id);
    return Promise.resolve();
  }

  private find(id: string): Kept | undefined {
    const kept = this.tasks.get(id);
    if (kept && expiryOf(kept.task) <= Date.now()) this.forget(id);
    return this.tasks.get(id);
  }

  private forget(id: string): void {
    const kept = this.tasks.get(id);
    if (!kept) return;
    const { timer, owner, bytes, task } = kept;
    clearTimeout(timer);
    this.tasks.delete(id);
    owner.tasks.delete(id);
    owner.memory.add(-bytes);
    if (owner.tasks.size > 0) return;
    this.owners.delete(task.owner);
    owner.memory.close();
  }

  private ownerOf(key: string): Owner {
    const found = this.owners.get(key);
    if (found) return found;
    const tasks = new Set<string>();
    const drop = (isDue: (task: McpTaskRecord) => boolean) => {
      for (const id of tasks) {
        if (!this.budget.isPressed) return;
        if (!isDue(this.tasks.get(id)!.task)) continue;
        this.forget(id);
        this.tell(id);
      }
    };
    const memory = this.budget.open(key, { trim: () => drop(isFinal), cut: () => drop(() => true) });
    const owner = { tasks, memory };
    this.owners.set(key, owner);
    return owner;
  }

  private weigh(kept: Kept): void {
    const bytes = jsonWeight(kept.task);
    kept.owner.memory.add(bytes - kept.bytes);
    kept.bytes = bytes;
    this.budget.settle();
  }

  /** Later, as a store elsewhere does it: whoever makes a change must not run a listener within it. */
  private tell(id: string): void {
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(id);
    });
  }
}

function changed(task: McpTaskRecord, change: McpTaskChange): McpTaskRecord {
  const removed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [name] : []));
  const kept = Object.fromEntries(Object.entries(task).filter(([name]) => !removed.includes(name)));
  return { ...(kept as unknown as McpTaskRecord), ...copyOf(change), version: task.version + 1 };
}

/** What JSON keeps, so that an application that goes on using its objects does not change the stored ones. */
function copyOf<T extends object>(members: T): T {
  return JSON.parse(JSON.stringify(members)) as T;
}
