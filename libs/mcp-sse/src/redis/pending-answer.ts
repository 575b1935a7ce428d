import type { Packet } from './packet.js';

type Answer = Extract<Packet, { kind: 'answer' }>;

/** A request to another node that waits for its answer. */
export class PendingAnswer {
  /** Whether the node has said that it has the request. */
  isHeard = false;
  private answer?: Answer;
  private timer?: NodeJS.Timeout;
  private wake?: () => void;

  heard(): void {
    this.isHeard = true;
  }

  arrived(answer: Answer): void {
    this.answer = answer;
    clearTimeout(this.timer);
    this.wake?.();
  }

  /** Resolves with the answer, or with undefined after a time without one. */
  within(ms: number): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      if (this.answer) return resolve(this.answer);
      this.wake = () => resolve(this.answer);
      this.timer = setTimeout(this.wake, ms);
    });
  }
}
