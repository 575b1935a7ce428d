import type { WatchableResource } from '../model/invoker.js';
import type { McpPolicyContext } from '../model/mcp-policy.js';

/** A resource that is watched for a client. It can be let go before watching has begun. */
export class ResourceWatch {
  /** Rejects when the resource cannot be watched. */
  readonly started: Promise<void>;
  private stop?: () => void;
  private ended = false;

  /** @param uri as the client has spelled it */
  constructor(
    readonly uri: string,
    private readonly resource: WatchableResource,
    onUpdate: () => void,
  ) {
    this.started = this.start(onUpdate);
  }

  /** Whether its client may still read it. */
  isReadable(reader: McpPolicyContext): boolean | Promise<boolean> {
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
