import type { ReplayBudget } from './replay-budget.js';
import type { StreamEvent } from './stream-event.js';

/** Empty slots of forgotten events, before the others are moved up. */
const MAX_EMPTY_SLOTS = 1_024;

/**
 * The newest events of a stream, in order: those that were sent and are kept for a replay, then those that wait. The
 * budget decides how many are kept.
 */
export class ReplayBuffer {
  private events: (StreamEvent | undefined)[] = [];
  /** Indexes of the oldest event, and of the first one that waits. */
  private oldest = 0;
  private next = 0;
  private bytes = 0;
  /** Id of the newest event that is forgotten: what came after it is still known. */
  private forgottenId?: string;
  private isDiscarded = false;

  constructor(private readonly budget: ReplayBudget) {
    budget.join(this);
  }

  /** Number of events that wait. */
  get waiting(): number {
    return this.events.length - this.next;
  }

  /** Characters of data that wait. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** All events that wait or are kept, in order. */
  get kept(): readonly StreamEvent[] {
    return this.events.slice(this.oldest) as StreamEvent[];
  }

  /** Id of the last event that was taken, unless all are forgotten. */
  get lastId(): string | undefined {
    return this.next > this.oldest ? this.events[this.next - 1]!.id : this.forgottenId;
  }

  /** The next event that waits. */
  get first(): StreamEvent | undefined {
    return this.events[this.next];
  }

  add(event: StreamEvent): void {
    if (this.isDiscarded) return;
    if (event.data.length < MANY_CHARACTERS) joinParts(event.data);
    this.events.push(event);
    this.bytes += event.data.length;
    this.budget.spend(event);
    if (this.budget.isExceeded) this.budget.enforce();
  }

  /** Removes the next event from those that wait. It is kept for a replay. */
  take(): StreamEvent | undefined {
    if (this.next === this.events.length) return undefined;
    const event = this.events[this.next++]!;
    this.bytes -= event.data.length;
    if (this.budget.isExceeded) this.budget.enforce();
    return event;
  }

  /**
   * Makes exactly the events after a given one wait.
   *
   * @returns false when not all of them are known
   */
  rewind(id: string): boolean {
    const start = id === this.forgottenId ? this.oldest : this.indexAfter(id);
    if (start === undefined) return false;
    while (this.next > start) this.bytes += this.events[--this.next]!.data.length;
    while (this.next < start) this.bytes -= this.events[this.next++]!.data.length;
    return true;
  }

  /** Forgets all events. */
  clear(): void {
    for (let index = this.oldest; index < this.events.length; index++)
      this.budget.refund(this.events[index]!);
    this.events = [];
    this.oldest = this.next = this.bytes = 0;
    this.forgottenId = undefined;
  }

  /** @returns false when all events wait */
  forgetOldest(): boolean {
    if (this.oldest === this.next) return false;
    const event = this.events[this.oldest]!;
    this.budget.refund(event);
    this.forgottenId = event.id;
    this.events[this.oldest++] = undefined;
    if (this.oldest > MAX_EMPTY_SLOTS) {
      this.events = this.events.slice(this.oldest);
      this.next -= this.oldest;
      this.oldest = 0;
    }
    return true;
  }

  /** Forgets all events and takes no more. */
  discard(): void {
    this.isDiscarded = true;
    this.clear();
    this.budget.leave(this);
  }

  private indexAfter(id: string): number | undefined {
    const index = this.events.findLastIndex((event) => event?.id === id);
    return index < 0 ? undefined : index + 1;
  }
}

/** From this length on, to copy a text costs more than to keep its parts. */
const MANY_CHARACTERS = 1_024;

/** Kept, since V8 would leave out a reading whose outcome nobody can see. */
let lastRead = 0;

/**
 * Makes one object of a text. V8 keeps a concatenation as a tree of its parts until a character is read, and each part
 * takes time in garbage collections for as long as the event is kept.
 */
function joinParts(text: string): number {
  lastRead = text.charCodeAt(0);
  return lastRead;
}
