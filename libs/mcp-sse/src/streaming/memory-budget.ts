/** Releases the memory that is held for one client. */
export interface Debtor {
  /** Frees what is kept for a replay, as long as the budget is pressed. */
  trim(): void;
  /** Frees everything. */
  cut(): void;
}

/** The accounts of one principal. */
interface MemoryOwner {
  readonly key: string;
  bytes: number;
  readonly accounts: Set<MemoryAccount>;
}

/** Part of the budget that must be free again after the limit was exceeded, so that not each event exceeds it anew. */
const RELIEF = 0.1;

/**
 * Limits the memory that all sessions of a server hold together. When the total exceeds the limit, the sessions of the
 * principals that hold the most free what they keep for a replay, then end.
 */
export class MemoryBudget {
  private readonly owners = new Map<string, MemoryOwner>();
  private total = 0;
  /** The total at which memory is freed. Above the limit while nothing more can be freed. */
  private ceiling: number;
  private isRelieving = false;

  /** @param fairShare bytes that any account may hold without freeing anything for others */
  constructor(
    readonly maxBytes: number,
    private readonly fairShare: number,
  ) {
    this.ceiling = maxBytes;
  }

  static unlimited(): MemoryBudget {
    return new MemoryBudget(Infinity, Infinity);
  }

  get bytes(): number {
    return this.total;
  }

  /** Whether more has to be freed. */
  get isPressed(): boolean {
    return this.isRelieving && this.total > this.maxBytes * (1 - RELIEF);
  }

  /** @param owner key of the principal */
  open(owner: string, debtor: Debtor): MemoryAccount {
    let found = this.owners.get(owner);
    if (!found) this.owners.set(owner, (found = { key: owner, bytes: 0, accounts: new Set() }));
    const account = new MemoryAccount(this, found, debtor);
    found.accounts.add(account);
    return account;
  }

  /** Enforces the limit. Not to be called while something is being added to a session: the session may end. */
  settle(): void {
    if (this.total > this.ceiling && !this.isRelieving) this.relieve();
  }

  /** Whether the limit is exceeded although nothing more can be freed. */
  get isExhausted(): boolean {
    return this.total > this.maxBytes;
  }

  /** Whether a principal holds more than a fair share, so that nothing more is taken from it while memory is short. */
  refuses(owner: string): boolean {
    return (this.owners.get(owner)?.bytes ?? 0) > this.fairShare;
  }

  /** @internal */
  count(bytes: number): void {
    this.total += bytes;
    if (this.total <= this.maxBytes) this.ceiling = this.maxBytes;
  }

  /** @internal Removes an account that stays empty. */
  forget(account: MemoryAccount): void {
    const { owner } = account;
    owner.accounts.delete(account);
    if (owner.accounts.size === 0 && this.owners.get(owner.key) === owner) this.owners.delete(owner.key);
  }

  private relieve(): void {
    this.isRelieving = true;
    for (const { accounts } of byBytes(this.owners.values())) {
      const large = byBytes(accounts).filter(({ bytes }) => bytes > this.fairShare);
      for (const account of large) if (this.isPressed) account.trim();
      for (const account of large) if (this.isPressed && account.bytes > this.fairShare) account.cut();
      if (!this.isPressed) break;
    }
    this.isRelieving = false;
    this.ceiling = Math.max(this.maxBytes, this.total + this.maxBytes * RELIEF);
  }
}

/** The bytes that one client holds: by its session, or by a response. */
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

  /** Gives everything back. */
  clear(): void {
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

  /** Ends the account once everything is given back. */
  close(): void {
    this.isClosed = true;
    if (this.held === 0) this.budget.forget(this);
  }
}

/** The largest first. */
function byBytes<T extends { readonly bytes: number }>(holders: Iterable<T>): T[] {
  return [...holders].sort((one, other) => other.bytes - one.bytes);
}

/** Characters from which on a text is examined. Examining flattens it in V8, which happens to long texts anyway. */
const LONG = 65_536;

/** The most bytes that a text takes in memory: V8 uses two per character unless all of them are Latin-1. */
export function heapBytes(text: string): number {
  const { length } = text;
  return length >= LONG && Buffer.byteLength(text) === length ? length : 2 * length;
}
