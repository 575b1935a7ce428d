import type { MemoryBudget } from './memory-budget.js';

/** What an account is of, and how it gives back what it holds. */
export interface Debtor {
  /** Gives up what it keeps for a replay, as long as the budget is pressed. */
  trim(): void;
  /** Gives up all. */
  cut(): void;
}

/** A principal. */
export interface MemoryOwner {
  readonly key: string;
  bytes: number;
  readonly accounts: Set<MemoryAccount>;
}

/** The bytes that a session holds, or what else serves one client. */
export class MemoryAccount {
  private held = 0;
  private isClosed = false;
  private cutListeners?: Set<() => void>;

  constructor(
    readonly budget: MemoryBudget,
    readonly owner: MemoryOwner,
    private readonly debtor: Debtor,
  ) {}

  get bytes(): number {
    return this.held;
  }

  /** @param bytes negative for what is given back */
  add(bytes: number): void {
    this.held += bytes;
    this.owner.bytes += bytes;
    this.budget.count(bytes);
    if (this.isClosed && this.held === 0) this.budget.forget(this);
  }

  /** All is given back. */
  clear(): void {
    // V8 would keep minus zero, and each sum with it, as a float: an object for each addition.
    if (this.held !== 0) this.add(-this.held);
  }

  trim(): void {
    this.debtor.trim();
  }

  cut(): void {
    this.debtor.cut();
    for (const listener of this.cutListeners ?? []) listener();
  }

  /** @returns stops that */
  onCut(listener: () => void): () => void {
    const listeners = (this.cutListeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Nothing new is added; what is held still counts until it is given back. */
  close(): void {
    this.isClosed = true;
    if (this.held === 0) this.budget.forget(this);
  }
}
