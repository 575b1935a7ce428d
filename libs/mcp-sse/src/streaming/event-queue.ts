import type { StreamEvent } from './stream-event.js';

/** Events that wait for their client, and how many bytes they hold. */
export class EventQueue {
  private events: StreamEvent[] = [];
  private head = 0;
  private queuedBytes = 0;

  get bytes(): number {
    return this.queuedBytes;
  }

  get length(): number {
    return this.events.length - this.head;
  }

  push(event: StreamEvent): void {
    this.events.push(event);
    this.queuedBytes += Buffer.byteLength(event.data);
  }

  /** Puts events in front of all others. */
  unshift(events: readonly StreamEvent[]): void {
    this.events = [...events, ...this.events.slice(this.head)];
    this.head = 0;
    for (const { data } of events) this.queuedBytes += Buffer.byteLength(data);
  }

  shift(): StreamEvent | undefined {
    const event = this.events[this.head];
    if (!event) return undefined;
    this.queuedBytes -= Buffer.byteLength(event.data);
    this.head++;
    if (this.head === this.events.length) this.clear();
    else if (this.head > 1024) {
      this.events = this.events.slice(this.head);
      this.head = 0;
    }
    return event;
  }

  clear(): void {
    this.events = [];
    this.head = 0;
    this.queuedBytes = 0;
  }
}
