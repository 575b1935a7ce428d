import { expiryOf, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskStorage, McpTaskStore } from '../model/tasks/mcp-task-store.js';

/** Longest delay that a timer has. Node runs a longer one at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Keeps tasks in this process. They end with it. */
export const memoryTasks: McpTaskStorage = {
  open: () => Promise.resolve(new MemoryTaskStore()),
};

interface Kept {
  task: McpTaskRecord;
  readonly timer: NodeJS.Timeout;
}

/** The tasks of one server in this process. */
export class MemoryTaskStore implements McpTaskStore {
  readonly outlives = false;
  private readonly tasks = new Map<string, Kept>();
  private readonly counts = new Map<string, number>();
  private readonly listeners = new Set<(id: string | undefined) => void>();

  get size(): number {
    return this.tasks.size;
  }

  create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean> {
    const { id, owner } = task;
    const count = this.counts.get(owner) ?? 0;
    if (count >= maxPerOwner) return Promise.resolve(false);
    const delayMs = Math.min(expiryOf(task) - Date.now(), MAX_DELAY_MS);
    const timer = setTimeout(() => this.forget(id), delayMs).unref();
    this.counts.set(owner, count + 1);
    this.tasks.set(id, { task: copyOf(task), timer });
    this.tell(id);
    return Promise.resolve(true);
  }

  get(id: string): Promise<McpTaskRecord | undefined> {
    return Promise.resolve(this.find(id)?.task);
  }

  change(id: string, version: number, change: McpTaskChange): Promise<boolean> {
    const kept = this.find(id);
    if (kept?.task.version !== version) return Promise.resolve(false);
    kept.task = changed(kept.task, change);
    this.tell(id);
    return Promise.resolve(true);
  }

  watch(listener: (id: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    for (const { timer } of this.tasks.values()) clearTimeout(timer);
    this.tasks.clear();
    this.counts.clear();
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
    const count = this.counts.get(owner)! - 1;
    if (count > 0) this.counts.set(owner, count);
    else this.counts.delete(owner);
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
