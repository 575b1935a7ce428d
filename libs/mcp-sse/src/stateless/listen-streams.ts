import type { ChangingList } from '../protocol/listen-filter.js';
import { clientMatcher, type McpSessionFilter } from '../sessions/session-filter.js';
import { SessionQuota, type SessionLimits } from '../sessions/session-quota.js';
import type { RelayedStream } from '../sessions/session-sharing.js';
import type { ListenStream, Sees } from './listen-stream.js';

const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** The streams of `subscriptions/listen` that are open on this node. */
export class ListenStreams {
  private readonly open = new Set<ListenStream>();
  private readonly quota: SessionQuota;

  /** @param limits as for sessions */
  constructor(limits: SessionLimits) {
    this.quota = new SessionQuota(limits, 'subscriptions');
  }

  get size(): number {
    return this.open.size;
  }

  /** The streams in the form that a drain sends away. */
  get relayed(): readonly RelayedStream[] {
    return [...this.open].map((stream) => ({ sendAway: () => stream.end() }));
  }

  /** @throws {SessionLimitError} */
  add(stream: ListenStream): void {
    this.quota.admit(stream.principal);
    this.open.add(stream);
  }

  delete(stream: ListenStream): void {
    if (!this.open.delete(stream)) return;
    this.quota.release(stream.principal);
    stream.end();
  }

  /** @param sees tells whether a client sees the feature that was added or removed */
  listChanged(list: ChangingList, sees: Sees): void {
    for (const stream of this.open) stream.listChanged(list, sees);
  }

  /** Tells clients that a list has changed. They cannot listen to other notifications. */
  notify(where: McpSessionFilter, method: string): void {
    const list = LIST_CHANGED.exec(method)?.[1] as ChangingList | undefined;
    if (list) for (const stream of this.select(where)) stream.listChanged(list);
  }

  resourceUpdated(where: McpSessionFilter, uri: string): void {
    for (const stream of this.select(where)) stream.resourceUpdated(uri);
  }

  private select(where: McpSessionFilter): ListenStream[] {
    return [...this.open].filter(clientMatcher(where));
  }
}
