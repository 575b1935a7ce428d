import { ANONYMOUS_KEY, isSamePrincipal, principalKey, type McpPrincipal } from '../model/principal.js';
import { TooManyRequestsError } from '../protocol/errors/too-many-requests.error.js';
import type { MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';
import type { StatelessRequest } from './stateless-request.js';

/** A principal with requests in flight, and the memory that they hold. */
export class Requester {
  private readonly requests = new Set<StatelessRequest>();
  private listening = 0;
  readonly memory: MemoryAccount;

  /** @param principal as one of its requests has it */
  constructor(
    readonly principal: McpPrincipal,
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

/** The principals that have requests in flight, and the one whose request came last. */
export class Requesters {
  private readonly byKey = new Map<string, Requester>();
  /** Kept while it is idle: the next request is often its own, and would make it again, with its key and account. */
  private latest?: Requester;

  /** @param maxInFlight most requests of one principal at a time; the anonymous one is exempt */
  constructor(
    private readonly memory: MemoryBudget,
    private readonly maxInFlight: number,
  ) {}

  /** @throws {TooManyRequestsError} */
  of(principal: McpPrincipal): Requester {
    const { latest } = this;
    const isLatest = latest !== undefined && isSamePrincipal(latest.principal, principal);
    const requester = isLatest ? latest : this.known(principal);
    if (requester.inFlight >= this.maxInFlight && requester.key !== ANONYMOUS_KEY)
      throw new TooManyRequestsError(this.maxInFlight);
    return requester;
  }

  /** Forgets a principal that has no request in flight, unless it is the latest. */
  release(requester: Requester): void {
    if (requester === this.latest || !requester.isIdle) return;
    if (this.byKey.get(requester.key) !== requester) return;
    this.byKey.delete(requester.key);
    requester.memory.close();
  }

  private known(principal: McpPrincipal): Requester {
    const key = principalKey(principal);
    let requester = this.byKey.get(key);
    if (!requester) this.byKey.set(key, (requester = new Requester(principal, key, this.memory)));
    const { latest } = this;
    this.latest = requester;
    if (latest) this.release(latest);
    return requester;
  }
}
