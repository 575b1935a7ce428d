import { setTimeout as delay } from 'node:timers/promises';
import type { Sender } from './outbox.js';

/** Counts the requests of other nodes that this one carries out, until their answers are sent. */
export class OwedAnswers implements Sender {
  private count = 0;
  private onNone?: () => void;

  add(): void {
    this.count++;
  }

  published(): void {
    this.count--;
    if (this.count === 0) this.onNone?.();
  }

  failed(): void {
    this.published();
  }

  /** Resolves once no answer is owed. @param patienceMs after which it resolves anyway */
  async given(patienceMs: number): Promise<void> {
    if (this.count === 0) return;
    const given = new Promise<void>((resolve) => (this.onNone = resolve));
    await Promise.race([given, delay(patienceMs, undefined, { ref: false })]);
  }
}
