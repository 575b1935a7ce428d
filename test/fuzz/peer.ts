import type { FuzzServer } from './fuzz-server.js';
import { Ledger, PATIENCE_MS } from './ledger.js';
import { rpc, type Outgoing } from './messages.js';
import type { Visit } from './visit.js';
import { Whims } from './whims.js';

/** A client that records its requests and answers. */
export abstract class FuzzPeer {
  readonly ledger: Ledger;
  protected readonly whims: Whims;
  private readonly underWay = new Set<Promise<void>>();
  private pings = 0;
  private asked = 0;

  constructor(
    protected readonly server: FuzzServer,
    protected readonly visit: Visit,
  ) {
    this.ledger = new Ledger(visit.owner, server.owners);
    this.whims = new Whims(visit.draws);
  }

  /** Of its session. */
  abstract readonly sessionId: string;

  /** Sends a text. It is under way until it is known whether the server accepted it. */
  send(outgoing: Outgoing): void {
    if (outgoing.cancels !== undefined) this.ledger.cancelled(outgoing.cancels);
    this.track(this.deliver(outgoing), outgoing.text);
  }

  /** Does something specific to this transport, as a hostile client or network would. */
  misbehave(how: number): void {
    this.track(this.disturb(how), `disturbance ${how}`);
  }

  /** Resolves when nothing is under way. */
  async flushed(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** A request that is always valid. */
  ping(): { id: string; text: string } {
    const id = `ping ${++this.pings}`;
    return { id, text: rpc(id, 'ping') };
  }

  /** Resolves when the server has ended the session and everything is read. */
  abstract ended(): Promise<void>;

  /** Leaves without ending the session. */
  abstract leave(): Promise<void>;

  protected abstract deliver(outgoing: Outgoing): Promise<void>;

  protected abstract disturb(how: number): Promise<void>;

  protected get initialize(): string {
    const { version, capabilities } = this.visit;
    const clientInfo = { name: 'fuzz', version: '1' };
    return rpc('initialize', 'initialize', { protocolVersion: version, capabilities, clientInfo });
  }

  protected get hasBatches(): boolean {
    return this.visit.version === '2025-03-26';
  }

  /** Handles a message of the server, and answers it if it is a request. */
  protected receive(json: string): void {
    const { answers } = this.visit;
    for (const { id } of this.ledger.received(JSON.parse(json) as Record<string, any>))
      for (const answer of answers[this.asked++ % answers.length]!)
        this.send({ text: JSON.stringify({ jsonrpc: '2.0', id, ...answer }) });
  }

  private track(work: Promise<void>, what: string): void {
    const tracked = withinPatience(work, `no response to ${what.slice(0, 300)}`)
      .catch((error: Error) => this.ledger.fault(`${error.message}, after ${what.slice(0, 300)}`))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

/** Rejects if the promise takes much longer than it should. */
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
