import { McpDuplicateNameError } from '../model/errors/mcp-configuration.error.js';

interface Feature<Identity extends string> {
  readonly definition: { readonly [key in Identity]: string };
  readonly source: string;
}

/** Features of one kind by name or URI. */
export class FeatureMap<F extends Feature<'name'> | Feature<'uri'> | Feature<'key'>> {
  private readonly features = new Map<string, F>();
  private sorted?: readonly F['definition'][];

  /**
   * @param identity the member of the definition that identifies a feature
   * @param keyOf returns the same key for all spellings of an identity
   */
  constructor(
    private readonly kind: string,
    private readonly identity: 'name' | 'uri' | 'key',
    private readonly keyOf: (identity: string) => string = (own) => own,
  ) {}

  /**
   * By name or URI, in the order of their code units: the same on each node and after each restart, whatever the order
   * in which they were added.
   */
  get definitions(): readonly F['definition'][] {
    return (this.sorted ??= Object.freeze(
      [...this.values()]
        .sort((one, other) => (this.identityOf(one) < this.identityOf(other) ? -1 : 1))
        .map(({ definition }) => definition),
    ));
  }

  get(identity: string): F | undefined {
    return this.features.get(this.keyOf(identity));
  }

  /** In the order in which they were added. */
  values(): IterableIterator<F> {
    return this.features.values();
  }

  /** @throws {McpDuplicateNameError} */
  add(feature: F): void {
    const identity = this.identityOf(feature);
    const key = this.keyOf(identity);
    const existing = this.features.get(key);
    if (existing)
      throw new McpDuplicateNameError(this.kind, identity, existing.source, feature.source, this.identity);
    this.features.set(key, feature);
    this.sorted = undefined;
  }

  delete(identity: string): void {
    this.features.delete(this.keyOf(identity));
    this.sorted = undefined;
  }

  private identityOf({ definition }: F): string {
    return (definition as Record<string, unknown>)[this.identity] as string;
  }
}
