/** A resource that is watched for a client. It can be let go before watching has begun. */
export class ResourceWatch {
  /** Rejects when the resource cannot be watched. */
  readonly started: Promise<void>;
  private stop?: () => void;
  private ended = false;

  constructor(starting: Promise<() => void>) {
    this.started = this.start(starting);
  }

  end(): void {
    this.ended = true;
    this.stop?.();
  }

  private async start(starting: Promise<() => void>): Promise<void> {
    const stop = await starting;
    if (this.ended) stop();
    else this.stop = stop;
  }
}
