import { whenReady } from '../model/and-then.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { WatchableResource } from '../model/invoker.js';
import type { Viewer } from '../model/mcp-policy.js';
import { normalUri } from '../model/normal-uri.js';

/** Measured bytes that a subscription takes besides its URI. */
const OVERHEAD = 5 * 1024;

/** The JSON-RPC code for a limit that a session has reached. */
const TOO_MANY = -32000;

export interface SubscriptionPort {
  /** Tells the client that a resource has changed. */
  tell(uri: string): void;
  /** Accounts for memory that is held for the client. @param bytes negative when it is released */
  hold(bytes: number): void;
  /** Called when the policy failed to say whether the client may read a resource. */
  report(error: unknown): void;
  /** The client as it is now, for the policy. */
  reader(): Viewer;
}

/** The resources that a client has subscribed to. */
export class ResourceSubscriptions {
  /** Keyed by the normal form of their URI. */
  private readonly watches = new Map<string, ResourceWatch>();
  private isClosed = false;

  /**
   * @param uris the URIs subscribed to, kept up to date here
   * @param max most subscriptions at a time
   */
  constructor(
    private readonly uris: Set<string>,
    private readonly max: number,
    private readonly port: SubscriptionPort,
  ) {}

  /**
   * @throws {JsonRpcError} -32000 when the limit is reached
   * @throws as {@link WatchableResource.watch} does
   */
  async add(uri: string, resource: WatchableResource): Promise<void> {
    if (this.isClosed) return;
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
    else this.uris.delete(uri);
  }

  /** Watches nothing more. The URIs stay known to the node that goes on with the session, if one does. */
  close(): void {
    this.isClosed = true;
    for (const watch of this.watches.values()) this.stop(watch);
    this.watches.clear();
  }

  /**
   * Tells the client that a resource has changed, if it has subscribed to it. If it may no longer read the resource, it
   * is not told and the subscription ends.
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
    this.stop(watch);
    this.watches.delete(normalUri(watch.uri));
    this.uris.delete(watch.uri);
  }

  private stop(watch: ResourceWatch): void {
    watch.end();
    this.port.hold(-OVERHEAD - watch.uri.length);
  }

  private isCurrent(watch: ResourceWatch): boolean {
    return this.watches.get(normalUri(watch.uri)) === watch;
  }
}

/** A resource that is watched for a client. It can be ended before it has started. */
export class ResourceWatch {
  /** Rejects when the resource cannot be watched. */
  readonly started: Promise<void>;
  private stop?: () => void;
  private ended = false;

  /** @param uri as the client spelled it */
  constructor(
    readonly uri: string,
    private readonly resource: WatchableResource,
    onUpdate: () => void,
  ) {
    this.started = this.start(onUpdate);
  }

  /** Whether its client may still read it. */
  isReadable(reader: Viewer): boolean | Promise<boolean> {
    return this.resource.isReadable(reader);
  }

  end(): void {
    this.ended = true;
    this.stop?.();
  }

  private async start(onUpdate: () => void): Promise<void> {
    const stop = await this.resource.watch(onUpdate);
    if (this.ended) stop();
    else this.stop = stop;
  }
}
