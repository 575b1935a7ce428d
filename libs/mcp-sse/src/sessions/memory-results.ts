import { MAX_KEPT, type ResultStore, type ResultStoreLimits } from '../model/result-store.js';
import { heapBytes, type MemoryAccount, type MemoryBudget } from '../streaming/memory-budget.js';

interface Kept {
  readonly text: string;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** What is kept for one owner, the oldest first. */
interface Owned {
  readonly kept: Map<string, Kept>;
  readonly memory: MemoryAccount;
  bytes: number;
}

/** How often what has expired is dropped, in milliseconds. It is not found in the meantime. */
const SWEEP_MS = 10_000;

/** Results that are kept in this process, as part of the memory that its clients may hold. */
export class MemoryResults implements ResultStore {
  private readonly owners = new Map<string, Owned>();
  private sweeper?: NodeJS.Timeout;

  constructor(private readonly budget: MemoryBudget) {}

  async keep(owner: string, id: string, text: string, limits: ResultStoreLimits): Promise<boolean> {
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.maxBytes) return false;
    const owned = this.owners.get(owner) ?? this.open(owner);
    owned.kept.set(id, { text, bytes, expiresAt: Date.now() + limits.ttlMs });
    owned.bytes += bytes;
    owned.memory.add(heapBytes(text));
    while (owned.bytes > limits.maxBytes || owned.kept.size > MAX_KEPT) this.dropOldest(owner, owned);
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
    this.budget.settle();
    return owned.kept.has(id);
  }

  async find(owner: string, id: string): Promise<string | undefined> {
    const kept = this.owners.get(owner)?.kept.get(id);
    return kept && kept.expiresAt > Date.now() ? kept.text : undefined;
  }

  private open(owner: string): Owned {
    const drop = (goesOn: () => boolean) => {
      while (owned.kept.size > 0 && goesOn()) this.dropOldest(owner, owned);
    };
    const memory = this.budget.open(owner, {
      trim: () => drop(() => this.budget.isPressed),
      cut: () => drop(() => true),
    });
    const owned: Owned = { kept: new Map(), memory, bytes: 0 };
    this.owners.set(owner, owned);
    return owned;
  }

  /** All are kept for the same time, so the oldest expires first. */
  private sweep(): void {
    const now = Date.now();
    for (const [owner, owned] of this.owners)
      for (const { expiresAt } of owned.kept.values()) {
        if (expiresAt > now) break;
        this.dropOldest(owner, owned);
      }
    if (this.owners.size > 0) return;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }

  private dropOldest(owner: string, owned: Owned): void {
    const [id, { text, bytes }] = owned.kept.entries().next().value!;
    owned.kept.delete(id);
    owned.bytes -= bytes;
    owned.memory.add(-heapBytes(text));
    if (owned.kept.size > 0 || this.owners.get(owner) !== owned) return;
    this.owners.delete(owner);
    owned.memory.close();
  }
}
