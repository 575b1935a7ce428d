import { writeRefusal } from './packet.js';

/** How much is kept, in characters. */
const MAX_LENGTH = 16 * 1024 * 1024;

interface KeptAnswer {
  text: Promise<string>;
  /** Its length, once it is known. */
  length: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * The answers to requests, which may come again. Of what exceeds the limit, the oldest answers are forgotten, but not
 * their requests, so that none is carried out twice.
 */
export class KeptAnswers {
  /** By the ids of their requests, oldest first. */
  private readonly answers = new Map<string, KeptAnswer>();
  private length = 0;

  /** @param ttlMs how long an answer is kept */
  constructor(private readonly ttlMs: number) {}

  has(id: string): boolean {
    return this.answers.has(id);
  }

  get(id: string): Promise<string> | undefined {
    return this.answers.get(id)?.text;
  }

  keep(id: string, text: Promise<string>): void {
    const now = Date.now();
    for (const [oldest, { until, length }] of this.answers) {
      if (until > now) break;
      this.answers.delete(oldest);
      this.length -= length;
    }
    this.answers.set(id, { text, length: 0, until: now + this.ttlMs });
  }

  /** Counts a text that is known now. */
  count(id: string, text: string): void {
    const kept = this.answers.get(id);
    if (!kept || kept.length > 0) return;
    kept.length = text.length;
    this.length += text.length;
    if (this.length > MAX_LENGTH) this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [id, kept] of this.answers) {
      if (kept.length === 0) continue;
      const refusal = writeRefusal(id, 'failed');
      this.length += refusal.length - kept.length;
      kept.length = refusal.length;
      kept.text = Promise.resolve(refusal);
      if (this.length <= MAX_LENGTH) return;
    }
  }
}
