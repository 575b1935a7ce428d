import { send, WireClient, type WireEvent } from '../../clients/wire-client.js';
import type { Random } from './random.js';
import { Visitor, type Call } from './visitor.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** An HTTP+SSE client that resumes its stream as an EventSource does. */
export class SseVisitor extends Visitor {
  private readonly reading: Promise<void>;

  /** Opens a session. */
  static async open(url: string, name: string, random: Random): Promise<SseVisitor> {
    const stream = await WireClient.connect(`${url}/sse`);
    await stream.initialize();
    return new SseVisitor(url, name, random, stream, await stream.endpoint());
  }

  private constructor(
    private readonly url: string,
    name: string,
    random: Random,
    private stream: WireClient,
    private readonly endpoint: string,
  ) {
    super(name, random);
    this.reading = this.keepReading(stream.lastEventId);
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    this.stream.close();
    await this.reading;
  }

  protected async call({ id, request }: Call): Promise<void> {
    const body = JSON.stringify(request);
    const answer = await send(this.endpoint, { headers: JSON_TYPE, body }).catch(() => undefined);
    if (answer?.status !== 202) return this.refused('POST /messages', answer?.status);
    this.ledger.accept(id);
    return this.ledger.answered(id);
  }

  private async keepReading(lastEventId: string): Promise<void> {
    while (!this.hasLeft) {
      const event = await this.stream.next().catch(() => undefined);
      if (event) {
        this.read(event, lastEventId);
        lastEventId = event.id ?? lastEventId;
      } else if (!this.hasLeft) await this.comeBack(lastEventId);
    }
  }

  private read(event: WireEvent, lastEventId: string): void {
    const isOther = event.event === 'endpoint' && new URL(event.data!, this.url).href !== this.endpoint;
    if (isOther)
      this.ledger.fault(`${this.ledger.client} came back with ${lastEventId} and got ${event.data}`);
    this.ledger.read(event);
  }

  private async comeBack(lastEventId: string): Promise<void> {
    await this.pause();
    const headers = { 'last-event-id': lastEventId };
    const stream = await WireClient.open(`${this.url}/sse`, headers).catch(() => undefined);
    if (stream?.response.statusCode === 200) this.stream = stream;
    else {
      stream?.close();
      await this.refused('GET /sse', stream?.response.statusCode);
    }
    if (this.hasLeft) stream?.close();
  }
}
