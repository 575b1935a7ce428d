import type { Sender } from './outbox.js';
import type { Packet } from './packet.js';

type Answer = Extract<Packet, { kind: 'answer' }>;

/** A request to another node that waits for its answer. */
export class PendingAnswer implements Sender {
  /** Whether the node has said that it has the request, or may have said so. */
  isHeard = false;
  private isPublished = false;
  /** How many listened when it was sent last; undefined until that is known. */
  listeners?: number;
  /** Why it could not be sent last. */
  failure?: unknown;
  /** When it was sent last, in milliseconds since the epoch. */
  sentAt = 0;
  private checkedAt = 0;
  private answer?: Answer;
  private wake?: (answer: Answer | undefined) => void;

  /** @param number of the request among those of this node */
  constructor(readonly number: number) {}

  /** The request is sent, perhaps again. */
  sent(now: number): void {
    this.sentAt = this.checkedAt = now;
    this.listeners = undefined;
    this.failure = undefined;
  }

  published(listeners: number): void {
    this.listeners = listeners;
    if (listeners > 0) this.isPublished = true;
    else this.wake?.(undefined);
  }

  failed(error: unknown): void {
    this.failure = error;
    this.wake?.(undefined);
  }

  heard(): void {
    this.isHeard = true;
  }

  /** What the node has said may be lost. */
  gap(): void {
    this.isHeard ||= this.isPublished;
  }

  arrived(answer: Answer): void {
    this.answer = answer;
    this.wake?.(answer);
  }

  /** Has its node checked, unless that was done less than some milliseconds ago. */
  check(now: number, everyMs: number): void {
    if (now < this.checkedAt + everyMs) return;
    this.checkedAt = now;
    this.wake?.(undefined);
  }

  /** Resolves with the answer, or with undefined when it failed to be sent, nobody listened, or it is time to check. */
  next(): Promise<Answer | undefined> {
    if (this.answer) return Promise.resolve(this.answer);
    return new Promise((resolve) => (this.wake = resolve));
  }
}
