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

  constructor(private readonly limits: ReplayLimits) {}

  /** For streams of which nothing is to be repeated, or is repeated by others. */
  static none(): ReplayBudget {
    return new ReplayBudget({ maxEvents: 0, maxBytes: 0 });
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
  }

  refund({ data }: StreamEvent): void {
    this.events--;
    this.bytes -= data.length;
  }

  /** Has events forgotten, those of the oldest stream first, until the limits are kept or none is left. */
  enforce(): void {
    for (const holder of this.holders) {
      while (this.isExceeded && holder.forgetOldest());
      if (!this.isExceeded) return;
    }
  }
}
