/** What one operation costs the server. */
export interface Costs {
  readonly socketWrites: number;
  readonly allocatedBytes: number;
}

export type OperationName = 'call' | 'event' | 'list' | 'session';

/** By server, as `bench/servers.ts` names it, and operation. */
export type CostTable = Readonly<Record<string, Readonly<Record<OperationName, Costs>>>>;
