import { HttpWireClient } from '../../clients/http-wire-client.js';
import type { WireClient } from '../../clients/wire-client.js';
import type { Random } from './random.js';
import { Visitor, type Call } from './visitor.js';

/** A Streamable HTTP client that resumes lost streams of its POSTs. */
export class HttpVisitor extends Visitor {
  /** Opens a session. */
  static async open(url: string, name: string, random: Random): Promise<HttpVisitor> {
    return new HttpVisitor(await HttpWireClient.connect(`${url}/mcp`), name, random);
  }

  private constructor(
    private readonly client: HttpWireClient,
    name: string,
    random: Random,
  ) {
    super(name, random);
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    let answer;
    while (answer?.status !== 200) {
      answer = await this.client.delete().catch(() => undefined);
      if (answer?.status === 404) return this.ledger.fault(`${this.ledger.client} lost its session`);
      if (answer?.status !== 200) await this.refused('DELETE /mcp', answer?.status);
    }
  }

  protected async call({ id, request }: Call): Promise<void> {
    const stream = await this.client.postForStream(request).catch(() => undefined);
    if (stream?.response.statusCode !== 200) {
      stream?.close();
      return this.refused('POST /mcp', stream?.response.statusCode);
    }
    const isStream = stream.response.headers['content-type']?.startsWith('text/event-stream');
    return isStream ? this.follow(id, stream) : this.readAnswer(id, stream);
  }

  private async readAnswer(id: string, response: WireClient): Promise<void> {
    await response.end();
    const { unparsed } = response;
    if (!response.response.complete) return this.refused('POST /mcp');
    this.ledger.accept(id);
    return this.ledger.readMessage(unparsed);
  }

  /** Reads the stream to its end. Resumes it if it ended early. */
  private async follow(id: string, stream: WireClient): Promise<void> {
    let lastEventId = await this.readAll(id, stream);
    if (lastEventId === undefined) return this.refused('POST /mcp');
    while (!this.ledger.isAnswered(id) && !this.hasLeft) {
      await this.pause();
      const again: WireClient | undefined = await this.client.open(lastEventId).catch(() => undefined);
      const status = again?.response.statusCode;
      if (status === 200) lastEventId = (await this.readAll(id, again!)) ?? lastEventId;
      else {
        again?.close();
        await this.refused('GET /mcp', status);
        if (status === 400 || status === 404) return;
      }
    }
  }

  /** @returns the id of the last event, if any */
  private async readAll(id: string, stream: WireClient): Promise<string | undefined> {
    let lastEventId: string | undefined;
    for (;;) {
      const event = await stream.next().catch(() => undefined);
      if (!event) return lastEventId;
      lastEventId = event.id ?? lastEventId;
      if (lastEventId !== undefined) this.ledger.accept(id);
      this.ledger.read(event);
    }
  }
}
