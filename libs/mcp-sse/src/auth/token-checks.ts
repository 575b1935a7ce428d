import { AuthorizationServerException } from './authorization-server.client.js';
import { RefusedToken } from './refusal.js';
import { TokenCache } from './token-cache.js';

const MAX_BAD = 10_000;
/** How long a bad token is remembered; a token that becomes valid is refused no longer than that. */
const BAD_MS = 5_000;
const MAX_AT_A_TIME = 64;
const MAX_WAITING = 1_000;

interface Waiting {
  /** Milliseconds since 1970. */
  readonly until: number;
  run(): void;
  refuse(error: Error): void;
}

/**
 * Limits the checks of tokens by a remote authority: one at a time per token, none for a bad token within some seconds,
 * and a bounded number in parallel.
 */
export class TokenChecks<T> {
  private readonly bad = new TokenCache<RefusedToken>(MAX_BAD);
  private readonly asking = new Map<string, Promise<T | RefusedToken>>();
  private readonly waiting: Waiting[] = [];
  private running = 0;

  /** @param patienceMs how long a check may wait in the queue */
  constructor(private readonly patienceMs: number) {}

  /**
   * @throws {AuthorizationServerException} when the queue is full
   */
  async check(digest: string, ask: () => Promise<T | RefusedToken>): Promise<T | RefusedToken> {
    const bad = this.bad.get(digest);
    if (bad) return bad;
    let answer = this.asking.get(digest);
    if (!answer) {
      answer = this.answerTo(digest, ask).finally(() => this.asking.delete(digest));
      this.asking.set(digest, answer);
    }
    return answer;
  }

  private async answerTo(digest: string, ask: () => Promise<T | RefusedToken>): Promise<T | RefusedToken> {
    if (this.running < MAX_AT_A_TIME) this.running++;
    else await this.turn();
    try {
      const value = await ask();
      if (value instanceof RefusedToken) this.bad.set(digest, value, Date.now() + BAD_MS);
      return value;
    } finally {
      this.next();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= MAX_WAITING) throw new AuthorizationServerException();
    return new Promise((run, refuse) => {
      this.waiting.push({ until: Date.now() + this.patienceMs, run, refuse });
    });
  }

  /** Starts the next waiting check once one has finished. */
  private next(): void {
    let next = this.waiting.shift();
    while (next && Date.now() > next.until) {
      next.refuse(new AuthorizationServerException());
      next = this.waiting.shift();
    }
    if (next) next.run();
    else this.running--;
  }
}
