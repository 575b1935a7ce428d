import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { WatchableResource } from '../model/invoker.js';
import type { McpPolicyContext } from '../model/mcp-policy.js';
import { normalUri } from '../model/normal-uri.js';
import { whenReady } from '../model/when-ready.js';
import { ResourceWatch } from './resource-watch.js';

/** Bytes that a subscription takes besides its URI, as measured. */
const OVERHEAD = 5 * 1024;

/** Of limits that a session has reached. */
const TOO_MANY = -32000;

export interface SubscriptionPort {
  /** Tells the client that a resource has changed. */
  tell(uri: string): void;
  /** Memory is held for the client. @param bytes negative when it is given back */
  hold(bytes: number): void;
  /** The policy could not say whether the client may read a resource. */
  report(error: unknown): void;
  /** The client as it is now, for the policy. */
  reader(): McpPolicyContext;
}

/** The resources that a client wants to hear of. */
export class ResourceSubscriptions {
  /** By the normal form of their URI. */
  private readonly watches = new Map<string, ResourceWatch>();

  /**
   * @param uris that are subscribed to; kept up to date
   * @param max how many there may be
   */
  constructor(
    private readonly uris: Set<string>,
    private readonly max: number,
    private readonly port: SubscriptionPort,
  ) {}

  /**
   * @throws {JsonRpcError} -32000 for one too many
   * @throws as watching the resource does
   */
  async add(uri: string, resource: WatchableResource): Promise<void> {
    const watch = this.watches.get(normalUri(uri)) ?? this.begin(uri, resource);
    try {
      await watch.started;
    } catch (error) {
      this.end(watch);
      throw error;
    }
  }

  remove(uri: string): void {
    const watch = this.watches.get(normalUri(uri));
    if (watch) this.end(watch);
  }

  removeAll(): void {
    for (const watch of this.watches.values()) this.end(watch);
  }

  /**
   * Tells the client that a resource has changed, if it has subscribed to it. One that may not read it any more is
   * not told, and no longer subscribed.
   */
  updated(uri: string): void {
    const watch = this.watches.get(normalUri(uri));
    if (!watch) return;
    whenReady(
      () => watch.isReadable(this.port.reader()),
      (isReadable) => this.conclude(watch, isReadable),
      this.port.report,
    );
  }

  private conclude(watch: ResourceWatch, isReadable: boolean): void {
    if (!isReadable) this.end(watch);
    else if (this.isCurrent(watch)) this.port.tell(watch.uri);
  }

  private begin(uri: string, resource: WatchableResource): ResourceWatch {
    if (this.watches.size >= this.max)
      throw new JsonRpcError(
        TOO_MANY,
        `The session has ${this.max} subscriptions; unsubscribe from one before you subscribe to another.`,
      );
    const watch = new ResourceWatch(uri, resource, () => this.updated(uri));
    this.watches.set(normalUri(uri), watch);
    this.uris.add(uri);
    this.port.hold(OVERHEAD + uri.length);
    return watch;
  }

  private end(watch: ResourceWatch): void {
    if (!this.isCurrent(watch)) return;
    watch.end();
    this.watches.delete(normalUri(watch.uri));
    this.uris.delete(watch.uri);
    this.port.hold(-OVERHEAD - watch.uri.length);
  }

  private isCurrent(watch: ResourceWatch): boolean {
    return this.watches.get(normalUri(watch.uri)) === watch;
  }
}
