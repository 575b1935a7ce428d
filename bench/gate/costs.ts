/** The server's cost per operation. */
export interface Costs {
  readonly socketWrites: number;
  readonly allocatedBytes: number;
}

export type OperationName = 'call' | 'ask' | 'event' | 'list' | 'session';

/** Costs by the server's name and the operation. */
export type CostTable = Readonly<Record<string, Readonly<Partial<Record<OperationName, Costs>>>>>;
