/** Pages that were asked for last. Each may have as many variants as there are principals, so they are limited. */
export class PageCache<Page> {
  private readonly pages = new Map<string, Page>();

  constructor(private readonly maxPages: number) {}

  /** @param make makes the page when it is not there; nothing is kept when it throws */
  get(key: string, make: () => Page): Page {
    const page = this.pages.get(key) ?? make();
    // The order of a Map is that of insertion: what was asked for last goes to its end.
    this.pages.delete(key);
    this.pages.set(key, page);
    if (this.pages.size > this.maxPages) this.pages.delete(this.pages.keys().next().value!);
    return page;
  }

  clear(): void {
    this.pages.clear();
  }
}
