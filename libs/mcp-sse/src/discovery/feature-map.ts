import { McpDuplicateNameError } from '../model/errors/mcp-configuration.error.js';

interface Feature<Identity extends string> {
  readonly definition: { readonly [key in Identity]: string };
  readonly source: string;
}

/** Features of one kind by name or URI, in the order in which they were added. */
export class FeatureMap<F extends Feature<'name'> | Feature<'uri'> | Feature<'key'>> {
  private readonly features = new Map<string, F>();
  private inOrder?: readonly F['definition'][];

  /**
   * @param identity the member of the definition that identifies a feature
   * @param keyOf returns the same key for all spellings of an identity
   */
  constructor(
    private readonly kind: string,
    private readonly identity: 'name' | 'uri' | 'key',
    private readonly keyOf: (identity: string) => string = (own) => own,
  ) {}

  get definitions(): readonly F['definition'][] {
    return (this.inOrder ??= Object.freeze([...this.features.values()].map(({ definition }) => definition)));
  }

  get(identity: string): F | undefined {
    return this.features.get(this.keyOf(identity));
  }

  values(): IterableIterator<F> {
    return this.features.values();
  }

  /** @throws {McpDuplicateNameError} */
  add(feature: F): void {
    const identity = (feature.definition as Record<string, unknown>)[this.identity] as string;
    const key = this.keyOf(identity);
    const existing = this.features.get(key);
    if (existing)
      throw new McpDuplicateNameError(this.kind, identity, existing.source, feature.source, this.identity);
    this.features.set(key, feature);
    this.inOrder = undefined;
  }

  delete(identity: string): void {
    this.features.delete(this.keyOf(identity));
    this.inOrder = undefined;
  }
}
