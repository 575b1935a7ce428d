import type { FuzzServer } from './fuzz-server.js';
import { Ledger, PATIENCE_MS } from './ledger.js';
import type { Random } from './random.js';
import { Traffic, type Outgoing } from './traffic.js';

/** A client that keeps count of what it asked and got. */
export abstract class FuzzPeer {
  readonly ledger: Ledger;
  readonly traffic: Traffic;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    protected readonly server: FuzzServer,
    protected readonly random: Random,
    owner: string,
    protected readonly hasBatches: boolean,
  ) {
    this.ledger = new Ledger(owner, server.owners);
    this.traffic = new Traffic(random.fork(), owner, hasBatches);
  }

  /** Of its session. */
  abstract readonly sessionId: string;

  /** Sends something. It is under way until it is known whether the server took it. */
  send(outgoing: Outgoing): void {
    if (outgoing.cancels !== undefined) this.ledger.cancelled(outgoing.cancels);
    this.track(this.deliver(outgoing), outgoing.text);
  }

  /** Does something that only this transport knows, as a client or a network of ill will would. */
  misbehave(): void {
    this.track(this.disturb(), 'disturbance');
  }

  /** Resolves when nothing is under way. */
  async flushed(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Resolves when the server has ended the session, and everything was read. */
  abstract ended(): Promise<void>;

  /** Leaves without a word. */
  abstract leave(): Promise<void>;

  protected abstract deliver(outgoing: Outgoing): Promise<void>;

  protected abstract disturb(): Promise<void>;

  /** Takes a message of the server, and answers it if it is a request. */
  protected receive(json: string): void {
    for (const asked of this.ledger.received(JSON.parse(json) as Record<string, any>))
      for (const answer of this.traffic.answersTo(asked)) this.send(answer);
  }

  private track(work: Promise<void>, what: string): void {
    const tracked = withinPatience(work, `no response to ${what.slice(0, 300)}`)
      .catch((error: Error) => this.ledger.fault(`${error.message}, after ${what.slice(0, 300)}`))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

/** Rejects where something takes much longer than it ever should. */
export async function withinPatience<T>(work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
