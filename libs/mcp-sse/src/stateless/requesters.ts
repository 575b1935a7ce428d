import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';
import { TooManyRequestsError } from '../protocol/errors/too-many-requests.error.js';
import type { MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';
import type { StatelessRequest } from './stateless-request.js';

const ANONYMOUS_KEY = principalKey(ANONYMOUS);

/** A principal with requests in flight, and the memory that they hold. */
export class Requester {
  private readonly requests = new Set<StatelessRequest>();
  private listening = 0;
  readonly memory: MemoryAccount;

  constructor(
    readonly key: string,
    budget: MemoryBudget,
  ) {
    this.memory = budget.open(key, { trim: () => undefined, cut: () => this.drop() });
  }

  /** Requests that will be answered soon: streams on which it listens have a limit of their own. */
  get inFlight(): number {
    return this.requests.size - this.listening;
  }

  get isIdle(): boolean {
    return this.requests.size === 0;
  }

  has(request: StatelessRequest): boolean {
    return this.requests.has(request);
  }

  add(request: StatelessRequest): void {
    this.requests.add(request);
    if (request.listening) this.listening++;
  }

  delete(request: StatelessRequest): void {
    if (this.requests.delete(request) && request.listening) this.listening--;
  }

  private drop(): void {
    for (const request of this.requests) request.drop('The server is short of memory.');
  }
}

/** The principals that have requests in flight. */
export class Requesters {
  private readonly byKey = new Map<string, Requester>();

  /** @param maxInFlight most requests of one principal at a time; the anonymous one is exempt */
  constructor(
    private readonly memory: MemoryBudget,
    private readonly maxInFlight: number,
  ) {}

  /** @throws {TooManyRequestsError} */
  of(principal: McpPrincipal): Requester {
    const key = principalKey(principal);
    const found = this.byKey.get(key);
    if (!found) {
      const requester = new Requester(key, this.memory);
      this.byKey.set(key, requester);
      return requester;
    }
    if (found.inFlight >= this.maxInFlight && key !== ANONYMOUS_KEY)
      throw new TooManyRequestsError(this.maxInFlight);
    return found;
  }

  /** Forgets a principal whose last request has ended. */
  release(requester: Requester): void {
    if (!requester.isIdle || this.byKey.get(requester.key) !== requester) return;
    this.byKey.delete(requester.key);
    requester.memory.close();
  }
}
