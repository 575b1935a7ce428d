/** What a client does when it has to decide at once: the next of its endless list of drawn numbers says it. */
export class Whims {
  /** @param draws whole numbers from 0 on */
  constructor(private readonly draws: Iterator<number>) {}

  /** A whole number from 0 to below the limit. */
  below(limit: number): number {
    return (this.draws.next().value as number) % limit;
  }

  /** @param percent how likely it is */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}
