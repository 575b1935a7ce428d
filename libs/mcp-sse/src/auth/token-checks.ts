import { AuthorizationServerException } from './authorization-server.client.js';
import { RefusedToken } from './refusal.js';
import { TokenCache } from './token-cache.js';

const MAX_BAD = 10_000;
/** How long a bad token is remembered. One that becomes good is refused for no longer. */
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
 * Asks an authority what tokens are worth: once for each at a time, about a bad one not again for some seconds, and
 * about no more at a time than it can take.
 */
export class TokenChecks<T> {
  private readonly bad = new TokenCache<RefusedToken>(MAX_BAD);
  private readonly asking = new Map<string, Promise<T | RefusedToken>>();
  private readonly waiting: Waiting[] = [];
  private running = 0;

  /** @param patienceMs how long a check may wait for its turn */
  constructor(private readonly patienceMs: number) {}

  /**
   * @throws {AuthorizationServerException} when too many wait
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

  /** Gives the turn of a check that is over to the next one that still waits. */
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
