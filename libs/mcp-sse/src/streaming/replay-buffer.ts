import type { StreamEvent } from './stream-event.js';

export interface ReplayLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** The newest events that were handed over, for a client that lost its connection and comes back. */
export class ReplayBuffer {
  private readonly events: StreamEvent[] = [];
  private bytes = 0;

  constructor(private readonly limits: ReplayLimits) {}

  add(event: StreamEvent): void {
    this.events.push(event);
    this.bytes += event.data.length;
    while (this.events.length > this.limits.maxEvents || this.bytes > this.limits.maxBytes)
      this.bytes -= this.events.shift()!.data.length;
  }

  /**
   * Takes out what came after an event: handed over again, it is added again.
   *
   * @returns undefined when that event is not here (any more)
   */
  takeAfter(id: string): readonly StreamEvent[] | undefined {
    const index = this.events.findIndex((event) => event.id === id);
    if (index < 0) return undefined;
    const taken = this.events.splice(index + 1);
    for (const { data } of taken) this.bytes -= data.length;
    return taken;
  }
}
