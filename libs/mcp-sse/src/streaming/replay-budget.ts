import { heapBytes, type MemoryAccount } from './memory-budget.js';
import type { StreamEvent } from './stream-event.js';

/** Bytes that an event takes besides its data: its object, its id, and its places in lists. Measured. */
const EVENT_OVERHEAD = 256;

export interface ReplayLimits {
  readonly maxEvents: number;
  /** In characters of the events' data. */
  readonly maxBytes: number;
}

/** Holds events, and can forget the oldest one that is kept only for a replay. */
interface EventHolder {
  /** @returns false when there is none */
  forgetOldest(): boolean;
}

/** Limits what the streams of a session hold together: events that wait, and events that are kept for a replay. */
export class ReplayBudget {
  /** Of exact size: most sessions have one. */
  private holders: readonly EventHolder[] = [];
  private events = 0;
  private bytes = 0;

  /** @param memory account of the session */
  constructor(
    private readonly limits: ReplayLimits,
    private readonly memory: MemoryAccount,
  ) {}

  /** For streams without a replay, or with one from elsewhere. */
  static none(memory: MemoryAccount): ReplayBudget {
    return new ReplayBudget({ maxEvents: 0, maxBytes: 0 }, memory);
  }

  /** Whether the events that wait exceed the limits: none is left that could be forgotten. */
  get isExceeded(): boolean {
    return this.events > this.limits.maxEvents || this.bytes > this.limits.maxBytes;
  }

  /** Characters of data that are held. */
  get spentBytes(): number {
    return this.bytes;
  }

  join(holder: EventHolder): void {
    this.holders = this.holders.concat(holder);
  }

  leave(holder: EventHolder): void {
    this.holders = this.holders.filter((other) => other !== holder);
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

  /** Enforces the memory limit of the process. */
  settle(): void {
    this.memory.budget.settle();
  }

  /** Forgets events, those of the oldest stream first, until the limits are kept or none is left. */
  enforce(): void {
    for (const holder of this.holders) {
      while (this.isExceeded && holder.forgetOldest());
      if (!this.isExceeded) return;
    }
  }

  /** Forgets events in the same order, as long as other sessions need the memory. */
  trim(): void {
    for (const holder of this.holders) while (this.memory.budget.isPressed && holder.forgetOldest());
  }
}
