import { writeRefusal } from './packet.js';

/** How much is kept, in characters. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** How often answers are looked for that were kept for long enough, in milliseconds. */
const PURGE_MS = 1_000;

/** A request, as its node sends it. */
export interface AskedRequest {
  readonly id: string;
  readonly from: string;
  /** Among the requests of its node, in their order. Nodes of earlier versions do not number them. */
  readonly number?: number;
  /** Lowest number of a request that its node still waits for. */
  readonly lowest?: number;
}

interface KeptAnswer {
  readonly number: number;
  /** Undefined until it is known. */
  text?: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The requests of one node. */
interface Asker {
  /** By their ids, in the order in which they came. */
  readonly answers: Map<string, KeptAnswer>;
  /** Requests with lower numbers have their answers, or need none. They are old if they come again. */
  lowest: number;
  /** When it is forgotten, in milliseconds since the epoch. */
  until: number;
}

/**
 * The answers to requests, which may come again. They are kept until the node that asked has them, or gives up. Of what
 * exceeds the limit, answers are forgotten, but not their requests, so that none is carried out twice.
 */
export class KeptAnswers {
  private readonly askers = new Map<string, Asker>();
  private length = 0;
  private purgeAt = 0;

  /** @param ttlMs how long an answer is kept at most */
  constructor(private readonly ttlMs: number) {}

  /** Whether a request has not come before. */
  isNew({ id, from, number = Infinity }: AskedRequest): boolean {
    const asker = this.askers.get(from);
    return !asker || (number >= asker.lowest && !asker.answers.has(id));
  }

  /** @returns undefined while the answer is not known, or once its node has it */
  get({ id, from }: AskedRequest): string | undefined {
    return this.askers.get(from)?.answers.get(id)?.text;
  }

  /** Notes a request that is carried out. */
  begin({ id, from, number = Infinity, lowest = 0 }: AskedRequest): void {
    const now = Date.now();
    if (now >= this.purgeAt) this.purge(now);
    const until = now + this.ttlMs;
    let asker = this.askers.get(from);
    if (!asker) this.askers.set(from, (asker = { answers: new Map(), lowest, until }));
    asker.until = until;
    if (lowest > asker.lowest) this.settle(asker, lowest);
    asker.answers.set(id, { number, text: undefined, until });
  }

  /** Keeps the answer to a request, unless its node has given up meanwhile. */
  keep({ id, from }: AskedRequest, text: string): void {
    const kept = this.askers.get(from)?.answers.get(id);
    if (!kept) return;
    kept.text = text;
    this.length += text.length;
    if (this.length > MAX_LENGTH) this.shorten();
  }

  private settle(asker: Asker, lowest: number): void {
    asker.lowest = lowest;
    for (const [id, kept] of asker.answers) {
      if (kept.number >= lowest) return;
      this.forget(asker, id, kept);
    }
  }

  private purge(now: number): void {
    this.purgeAt = now + PURGE_MS;
    for (const [from, asker] of this.askers) {
      for (const [id, kept] of asker.answers) {
        if (kept.until > now) break;
        this.forget(asker, id, kept);
      }
      if (asker.until <= now) this.askers.delete(from);
    }
  }

  private forget({ answers }: Asker, id: string, { text = '' }: KeptAnswer): void {
    answers.delete(id);
    this.length -= text.length;
  }

  /** Replaces the oldest answers of each node by refusals. */
  private shorten(): void {
    for (const { answers } of this.askers.values())
      for (const [id, kept] of answers) {
        if (kept.text === undefined) continue;
        const refusal = writeRefusal(id, 'failed');
        this.length += refusal.length - kept.text.length;
        kept.text = refusal;
        if (this.length <= MAX_LENGTH) return;
      }
  }
}
