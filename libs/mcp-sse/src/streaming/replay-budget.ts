import { EVENT_OVERHEAD, heapBytes } from './heap-bytes.js';
import type { MemoryAccount } from './memory-account.js';
import type { StreamEvent } from './stream-event.js';

export interface ReplayLimits {
  readonly maxEvents: number;
  /** Counted in characters of the events' data. */
  readonly maxBytes: number;
}

/** What keeps events, and can do without the oldest one that is kept only to be repeated. */
interface Forgetful {
  /** @returns false when there is none */
  forgetOldest(): boolean;
}

/** What the streams of a session hold together: events that wait, and events that may have to be repeated. */
export class ReplayBudget {
  private readonly holders = new Set<Forgetful>();
  private events = 0;
  private bytes = 0;

  /** @param memory account of the session, which pays for what is held */
  constructor(
    private readonly limits: ReplayLimits,
    private readonly memory: MemoryAccount,
  ) {}

  /** For streams of which nothing is to be repeated, or is repeated by others. */
  static none(memory: MemoryAccount): ReplayBudget {
    return new ReplayBudget({ maxEvents: 0, maxBytes: 0 }, memory);
  }

  /** Whether more waits than may: there is nothing left that could be forgotten. */
  get isExceeded(): boolean {
    return this.events > this.limits.maxEvents || this.bytes > this.limits.maxBytes;
  }

  /** Characters of data that are held. */
  get spentBytes(): number {
    return this.bytes;
  }

  join(holder: Forgetful): void {
    this.holders.add(holder);
  }

  leave(holder: Forgetful): void {
    this.holders.delete(holder);
  }

  spend({ data }: StreamEvent): void {
    this.events++;
    this.bytes += data.length;
    this.memory.add(EVENT_OVERHEAD + heapBytes(data));
  }

  refund({ data }: StreamEvent): void {
    this.events--;
    this.bytes -= data.length;
    this.memory.add(-EVENT_OVERHEAD - heapBytes(data));
  }

  /** Keeps the limit of the process. */
  settle(): void {
    this.memory.budget.settle();
  }

  /** Has events forgotten, those of the oldest stream first, until the limits are kept or none is left. */
  enforce(): void {
    for (const holder of this.holders) {
      while (this.isExceeded && holder.forgetOldest());
      if (!this.isExceeded) return;
    }
  }

  /** Has events forgotten in the same order, for other sessions, as long as there is need. */
  trim(): void {
    for (const holder of this.holders) while (this.memory.budget.isPressed && holder.forgetOldest());
  }
}
