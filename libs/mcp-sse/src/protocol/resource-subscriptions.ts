import type { Invoker } from '../model/invoker.js';
import type { McpContext } from '../model/mcp-context.js';
import { invalidParams } from './invalid-params.js';
import type { Params } from './json-rpc.js';
import { ResourceWatch } from './resource-watch.js';

/** The resources that a client wants to hear of. */
export class ResourceSubscriptions {
  private readonly watches = new Map<string, ResourceWatch>();

  /**
   * @param uris of the resources, as the connection keeps them
   * @param notify tells the client that the resource has changed
   */
  constructor(
    private readonly invoker: Invoker,
    private readonly uris: Set<string>,
    private readonly notify: (uri: string) => void,
  ) {}

  /** @throws {JsonRpcError} when there is no such resource, or the client may not read it */
  async subscribe({ uri }: Params, context: McpContext): Promise<object> {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    const watch =
      this.watches.get(uri) ?? new ResourceWatch(this.invoker.watch(uri, context, () => this.updated(uri)));
    this.watches.set(uri, watch);
    this.uris.add(uri);
    try {
      await watch.started;
    } catch (error) {
      if (this.watches.get(uri) === watch) this.stopWatching(uri);
      throw error;
    }
    return {};
  }

  /** @throws {JsonRpcError} */
  unsubscribe({ uri }: Params): object {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    this.stopWatching(uri);
    return {};
  }

  /** Tells the client, if it has subscribed. */
  updated(uri: string): void {
    if (this.uris.has(uri)) this.notify(uri);
  }

  end(): void {
    for (const uri of [...this.watches.keys()]) this.stopWatching(uri);
  }

  private stopWatching(uri: string): void {
    this.watches.get(uri)?.end();
    this.watches.delete(uri);
    this.uris.delete(uri);
  }
}
