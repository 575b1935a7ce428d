import { Agent } from 'node:http';
import { requestsIn, type Id } from './acceptable.js';
import type { FuzzServer } from './fuzz-server.js';
import type { Outgoing } from './messages.js';
import { FuzzPeer, withinPatience } from './peer.js';
import type { Visit } from './visit.js';
import { ask, head, readEvents, textOf, writeRaw, type Posted, type ReadEvent } from './wire.js';

type Headers = Record<string, string>;

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A client of Streamable HTTP. */
export class StreamablePeer extends FuzzPeer {
  private readonly url: string;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly open = new Set<Posted>();
  private readonly reading = new Set<Promise<void>>();
  private readonly eventIds = new Set<string>();
  private headers: Headers = {};
  private closed = false;
  private left = false;

  static async open(server: FuzzServer, visit: Visit): Promise<StreamablePeer> {
    const peer = new StreamablePeer(server, visit);
    peer.headers = await peer.openSession();
    if (peer.whims.chance(70)) await peer.listen();
    return peer;
  }

  private constructor(server: FuzzServer, visit: Visit) {
    super(server, visit);
    this.url = `${server.url}/mcp`;
  }

  get sessionId(): string {
    return this.headers['mcp-session-id']!;
  }

  async ended(): Promise<void> {
    this.closed = true;
    const read = async () => {
      while (this.reading.size > 0) await Promise.all(this.reading);
    };
    await withinPatience(read(), 'a stream goes on after the end of its session');
    await this.flushed();
    this.agent.destroy();
  }

  async leave(): Promise<void> {
    this.closed = true;
    if (this.whims.chance(50)) await this.expectStatus(200, 'DELETE');
    else {
      this.left = true;
      for (const posted of this.open) this.drop(posted);
    }
    await this.ended();
  }

  protected async deliver({ text }: Outgoing): Promise<void> {
    const ids = requestsIn(text, this.hasBatches);
    this.ledger.sending(ids ?? []);
    const { whims } = this;
    const posting = ask(this.url, {
      headers: { ...JSON_TYPE, ...this.headers },
      body: text,
      agent: this.agent,
      abortMs: whims.chance(3) ? whims.below(5) : undefined,
    });
    let posted: Posted;
    try {
      posted = await posting;
    } catch (error) {
      if (!(error as Error).message.includes('abort')) throw error;
      return this.ledger.unsure(ids ?? []);
    }
    const { status, response } = posted;
    if (status === 200) return this.accept(ids, posted, text);

    const body = await textOf(response);
    const allowed = ids ? [] : [400];
    if (ids?.length === 0) allowed.push(202);
    if (this.closed) allowed.push(404);
    if (this.ledger.isRepeated(ids ?? [])) allowed.push(400);
    if (text.length > this.server.maxMessageBytes) allowed.push(413);
    if (!allowed.includes(status)) this.ledger.fault(`${status} to ${text.slice(0, 300)}: ${body}`);
  }

  protected async disturb(which: number): Promise<void> {
    const { whims, server } = this;
    const how = whims.pick(['FIN', 'RST'] as const);
    const unknown = whims.pick(['x', 'A'.repeat(22)]);
    switch (which) {
      case 0:
        return this.expectStatus(404, whims.pick(['POST', 'GET', 'DELETE']), { 'mcp-session-id': unknown });
      case 1:
        return this.expectStatus(400, whims.pick(['POST', 'DELETE']), { 'mcp-session-id': '' });
      case 2:
        return this.expectStatus(400, whims.pick(['POST', 'GET', 'DELETE']), {
          'mcp-protocol-version': '1',
        });
      case 3:
        return this.expectStatus(406, whims.pick(['POST', 'GET']), { accept: 'text/html' });
      case 4:
        return this.expectStatus(415, 'POST', { 'content-type': 'text/plain' });
      case 5:
        return this.expectStatus(403, whims.pick(['POST', 'GET', 'DELETE']), {
          origin: 'https://evil.example',
        });
      case 6:
        return this.expectStatus(400, 'GET', {
          'last-event-id': whims.pick(['x', `${this.sessionId}.zz.1`]),
        });
      case 7:
        return writeRaw(server.port, `${this.rawHead('POST')}Content-Length: 100\r\n\r\n{"json`, how);
      case 8:
        return writeRaw(server.port, `${this.rawHead('GET')}\r\n`, how);
      case 9:
        // Opens a second session, which is never used.
        return void (await this.openSession());
      case 10:
        for (const { response } of this.open) response.pause();
        await new Promise((resolve) => setTimeout(resolve, whims.below(20)));
        for (const { response } of this.open) response.resume();
        return;
      default:
        return this.listen();
    }
  }

  private async openSession(): Promise<Headers> {
    const { agent, initialize: body } = this;
    const { status, headers, response } = await ask(this.url, { headers: JSON_TYPE, body, agent });
    const answer = await textOf(response);
    if (status !== 200) throw new Error(`initialize answered ${status}: ${answer}`);
    return {
      'mcp-session-id': headers['mcp-session-id'] as string,
      'mcp-protocol-version': this.visit.version,
    };
  }

  /** Opens the GET stream. */
  private async listen(): Promise<void> {
    const headers = { ...this.headers, accept: 'text/event-stream' };
    const posted = await ask(this.url, { method: 'GET', headers });
    if (posted.status === 404 && this.closed) return void posted.response.resume();
    if (posted.status !== 200) throw new Error(`GET answered ${posted.status}`);
    this.read(posted, (json) => {
      if (!('method' in JSON.parse(json))) this.ledger.fault(`an answer on the GET stream: ${json}`);
    });
  }

  private async accept(ids: Id[] | undefined, posted: Posted, text: string): Promise<void> {
    const { headers, response } = posted;
    if (!ids || ids.length === 0) this.ledger.fault(`200 to ${text.slice(0, 300)}`);
    this.ledger.accepted(ids ?? []);
    if (headers['content-type']!.startsWith('text/event-stream')) return this.follow(new Set(ids), posted);
    const body: unknown = JSON.parse(await textOf(response));
    if (Array.isArray(body) !== text.trimStart().startsWith('[')) this.ledger.fault(`batch? ${text}`);
    for (const message of [body].flat()) this.receive(JSON.stringify(message));
  }

  /** Reads the stream of a POST, and resumes it if it ends early. */
  private follow(waiting: Set<Id>, posted: Posted, lastEventId?: string): void {
    const drops = this.whims.chance(15);
    const take = (json: string) => {
      const { id, method } = JSON.parse(json) as { id?: Id; method?: string };
      if (id !== undefined && !method) waiting.delete(id);
    };
    const reading = this.read(posted, take, drops).then(async (newestId = lastEventId) => {
      const open = () => [...waiting].filter((id) => this.ledger.isOpen(id));
      if (open().length === 0) return;
      const giveUp = () => open().forEach((id) => this.ledger.cancelled(id));
      if (this.left) return giveUp();
      if (newestId === undefined) return drops || this.closed ? giveUp() : undefined;

      const headers = { ...this.headers, accept: 'text/event-stream', 'last-event-id': newestId };
      const resumed = await ask(this.url, { method: 'GET', headers });
      if (resumed.status === 200) return this.follow(waiting, resumed, newestId);
      resumed.response.resume();
      if (this.closed) giveUp();
      // The stream of a request cancelled in the meantime need not be resumed.
      else if (open().length > 0) this.ledger.fault(`${resumed.status} to resuming at ${newestId}`);
    });
    this.trackReading(reading);
  }

  /** @returns the id of the last event, once the stream has ended */
  private read(posted: Posted, take: (json: string) => void, drops = false): Promise<string | undefined> {
    let lastEventId: string | undefined;
    let dropped = false;
    this.open.add(posted);
    if (this.left) this.drop(posted);
    const onEvent = ({ id, event, data }: ReadEvent) => {
      if (dropped) return;
      if (id !== undefined) {
        if (this.eventIds.has(id)) this.ledger.fault(`${id} came twice`);
        this.eventIds.add(id);
        lastEventId = id;
      }
      if (event === 'message') {
        take(data!);
        this.receive(data!);
      }
      if (drops && this.whims.chance(50)) {
        dropped = true;
        posted.request.destroy();
      }
    };
    const reading = readEvents(posted.response, onEvent).then(() => {
      this.open.delete(posted);
      return lastEventId;
    });
    this.trackReading(reading.then(() => undefined));
    return reading;
  }

  private trackReading(work: Promise<void>): void {
    const tracked = work
      .catch(({ stack }: Error) => {
        if (!this.closed) this.ledger.fault(stack!);
      })
      .finally(() => this.reading.delete(tracked));
    this.reading.add(tracked);
  }

  private async expectStatus(status: number, method: string, more: Headers = {}): Promise<void> {
    const headers: Headers = { ...JSON_TYPE, ...this.headers, ...more };
    if (headers['mcp-session-id'] === '') delete headers['mcp-session-id'];
    const body = method === 'POST' ? this.ping().text : undefined;
    const posted = await ask(this.url, { method, headers, body, agent: this.agent });
    const answer = await textOf(posted.response);
    if (posted.status !== status && !this.closed)
      this.ledger.fault(
        `${posted.status} instead of ${status} to ${method} ${JSON.stringify(more)}: ${answer}`,
      );
  }

  private drop({ request, response }: Posted): void {
    if (this.whims.chance(50)) request.destroy();
    else response.socket.resetAndDestroy();
  }

  private rawHead(method: string): string {
    return `${head(method, '/mcp', this.server.port)}Mcp-Session-Id: ${this.sessionId}\r\n`;
  }
}
