import { expiryOf, isFinal, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskStore } from '../model/tasks/mcp-task-store.js';
import { jsonWeight } from '../protocol/json-weight.js';
import { type MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';

/** Longest delay that a timer has. Node runs a longer one at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Kept {
  task: McpTaskRecord;
  bytes: number;
  readonly timer: NodeJS.Timeout;
}

/** The tasks of one owner, the oldest first. */
interface Owned {
  readonly ids: Set<string>;
  readonly memory: MemoryAccount;
}

/** The tasks of one server in this process, as part of the memory that its clients may hold. They end with the process. */
export class MemoryTaskStore implements McpTaskStore {
  readonly outlives = false;
  private readonly tasks = new Map<string, Kept>();
  private readonly owners = new Map<string, Owned>();
  private readonly listeners = new Set<(id: string | undefined) => void>();

  constructor(private readonly budget = MemoryBudget.unlimited()) {}

  get size(): number {
    return this.tasks.size;
  }

  create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean> {
    const { id, owner } = task;
    if ((this.owners.get(owner)?.ids.size ?? 0) >= maxPerOwner) return Promise.resolve(false);
    const delayMs = Math.min(expiryOf(task) - Date.now(), MAX_DELAY_MS);
    const timer = setTimeout(() => this.forget(id), delayMs).unref();
    const owned = this.owners.get(owner) ?? this.open(owner);
    const kept = { task: copyOf(task), bytes: 0, timer };
    owned.ids.add(id);
    this.tasks.set(id, kept);
    this.weigh(kept);
    this.tell(id);
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
    for (const id of [...this.tasks.keys()]) this.forget(id);
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
    clearTimeout(kept.timer);
    this.tasks.delete(id);
    const { owner } = kept.task;
    const { ids, memory } = this.owners.get(owner)!;
    ids.delete(id);
    memory.add(-kept.bytes);
    if (ids.size > 0) return;
    this.owners.delete(owner);
    memory.close();
  }

  private open(owner: string): Owned {
    const ids = new Set<string>();
    const drop = (isDue: (task: McpTaskRecord) => boolean) => {
      for (const id of ids) {
        if (!this.budget.isPressed) return;
        if (!isDue(this.tasks.get(id)!.task)) continue;
        this.forget(id);
        this.tell(id);
      }
    };
    const memory = this.budget.open(owner, { trim: () => drop(isFinal), cut: () => drop(() => true) });
    const owned = { ids, memory };
    this.owners.set(owner, owned);
    return owned;
  }

  /** May forget tasks of the owners that hold the most, if there are too many in all. */
  private weigh(kept: Kept): void {
    const bytes = jsonWeight(kept.task);
    this.owners.get(kept.task.owner)!.memory.add(bytes - kept.bytes);
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
