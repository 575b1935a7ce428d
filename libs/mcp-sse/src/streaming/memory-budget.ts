import { MemoryAccount, type Debtor, type MemoryOwner } from './memory-account.js';

/** How much of the budget is free again after something had to be given up: so that it is not for each event. */
const RELIEF = 0.1;

/**
 * The bytes that the sessions of a server hold together. A running total; only when it exceeds the budget does it look
 * for the principals that hold the most, whose sessions give up what they keep for a replay, then end.
 */
export class MemoryBudget {
  private readonly owners = new Map<string, MemoryOwner>();
  private total = 0;
  /** Where to look next: there is no use in looking at once again where nothing more could be given up. */
  private ceiling: number;
  private isRelieving = false;

  /** @param fairShare what any account may hold, in bytes: it need never give up anything for others */
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

  /** Whether more is still to be given up. */
  get isPressed(): boolean {
    return this.isRelieving && this.total > this.maxBytes * (1 - RELIEF);
  }

  /** @param owner key of the principal whose accounts are added up */
  open(owner: string, debtor: Debtor): MemoryAccount {
    let found = this.owners.get(owner);
    if (!found) this.owners.set(owner, (found = { key: owner, bytes: 0, accounts: new Set() }));
    const account = new MemoryAccount(this, found, debtor);
    found.accounts.add(account);
    return account;
  }

  /** Keeps the limit. Called where a session may end: not while something is being added to it. */
  settle(): void {
    if (this.total > this.ceiling && !this.isRelieving) this.relieve();
  }

  /** Whether more is held than may be, and nothing is left that could be given up. */
  get isExhausted(): boolean {
    return this.total > this.maxBytes;
  }

  /** Whether a principal holds more than a fair share, and is to bring nothing more while the budget is exhausted. */
  refuses(owner: string): boolean {
    return (this.owners.get(owner)?.bytes ?? 0) > this.fairShare;
  }

  /** @internal */
  count(bytes: number): void {
    this.total += bytes;
    if (this.total <= this.maxBytes) this.ceiling = this.maxBytes;
  }

  /** @internal Nothing will be added to the account. */
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

/** The largest first. */
function byBytes<T extends { readonly bytes: number }>(holders: Iterable<T>): T[] {
  return [...holders].sort((one, other) => other.bytes - one.bytes);
}
