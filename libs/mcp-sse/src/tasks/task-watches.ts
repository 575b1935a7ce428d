import type { McpTaskStore } from '../model/tasks/mcp-task-store.js';

/** Passes on what the store tells of tasks to those who wait for one. */
export class TaskWatches {
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly stop: () => void;

  constructor(store: McpTaskStore) {
    this.stop = store.watch((id) => this.tell(id));
  }

  /** @param listener called when the task may have changed @returns stops that */
  on(id: string, listener: () => void): () => void {
    let listeners = this.listeners.get(id);
    if (!listeners) this.listeners.set(id, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(id) === listeners) this.listeners.delete(id);
    };
  }

  close(): void {
    this.stop();
    this.listeners.clear();
  }

  private tell(id: string | undefined): void {
    const affected = id === undefined ? [...this.listeners.values()] : [this.listeners.get(id) ?? []];
    for (const listeners of affected) for (const listener of listeners) listener();
  }
}
