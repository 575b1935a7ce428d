/** Decisions that a client makes while it runs, taken from an endless list of drawn numbers. */
export class Whims {
  /** @param draws integers from 0 */
  constructor(private readonly draws: Iterator<number>) {}

  /** An integer from 0 to below the limit. */
  below(limit: number): number {
    return (this.draws.next().value as number) % limit;
  }

  /** @param percent the probability of true */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}
