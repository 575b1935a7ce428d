interface Link<T> {
  readonly item: T;
  newer?: Link<T>;
  older?: Link<T>;
}

/** Items by when they came, the newest first. Nothing but {@link first} takes longer for a longer list. */
export class NewestFirst<T> {
  private readonly links = new Map<T, Link<T>>();
  private newest?: Link<T>;

  get size(): number {
    return this.links.size;
  }

  add(item: T): void {
    const link = { item, older: this.newest };
    if (this.newest) this.newest.newer = link;
    this.newest = link;
    this.links.set(item, link);
  }

  delete(item: T): void {
    const link = this.links.get(item);
    if (!link) return;
    this.links.delete(item);
    if (link.older) link.older.newer = link.newer;
    if (link.newer) link.newer.older = link.older;
    else this.newest = link.older;
  }

  /** @param count of items at most */
  first(count: number): T[] {
    const items: T[] = [];
    for (let link = this.newest; link && items.length < count; link = link.older) items.push(link.item);
    return items;
  }
}
