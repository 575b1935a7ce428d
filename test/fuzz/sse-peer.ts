import { Agent } from 'node:http';
import { requestsIn } from './acceptable.js';
import type { FuzzServer } from './fuzz-server.js';
import type { Outgoing } from './messages.js';
import { FuzzPeer } from './peer.js';
import type { Visit } from './visit.js';
import { ask, head, readEvents, textOf, writeRaw, type Posted, type ReadEvent } from './wire.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A client of HTTP+SSE. */
export class SsePeer extends FuzzPeer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly path = this.whims.pick(['/sse', '/sse/', '/mcp']);
  private readonly eventIds = new Set<string>();
  private endpoint = '';
  private lastEventId?: string;
  /** Whether the server has accepted a message, so that it keeps the session for a disconnected client. */
  private isKnown = false;
  private away = false;
  private closed = false;
  private reading!: Promise<void>;
  private stream!: Posted;

  static async open(server: FuzzServer, visit: Visit): Promise<SsePeer> {
    const peer = new SsePeer(server, visit);
    await peer.read();
    if (visit.initializes) await peer.deliver({ text: peer.initialize });
    return peer;
  }

  get sessionId(): string {
    return new URL(this.endpoint).searchParams.get('sessionId')!;
  }

  async ended(): Promise<void> {
    this.closed = true;
    await this.reading;
    await this.flushed();
    this.agent.destroy();
  }

  async leave(): Promise<void> {
    this.closed = true;
    this.drop();
    await this.ended();
  }

  protected async deliver({ text }: Outgoing): Promise<void> {
    const ids = requestsIn(text, false);
    this.ledger.sending(ids ?? []);
    const { status, body } = await this.post(this.endpoint, text);
    if (status === 202) this.isKnown = true;
    if (status === 202 && ids) this.ledger.accepted(ids);
    const allowed = ids ? [202] : [400];
    if (this.closed) allowed.push(404);
    if (this.ledger.isRepeated(ids ?? [])) allowed.push(400);
    if (text.length > this.server.maxMessageBytes) allowed.push(413);
    if (!allowed.includes(status)) this.ledger.fault(`${status} to ${text.slice(0, 300)}: ${body}`);
  }

  protected async disturb(which: number): Promise<void> {
    const { whims, server, endpoint } = this;
    const { url, port } = server;
    const how = whims.pick(['FIN', 'RST'] as const);
    const path = endpoint.slice(url.length);
    switch (which) {
      case 0:
        return this.refused(404, `${url}/messages?sessionId=${whims.pick(['x', 'A'.repeat(22), '%00'])}`);
      case 1:
        return this.refused(400, `${url}/messages`);
      case 2:
        return this.refused(415, endpoint, {
          'content-type': whims.pick(['text/plain', 'application/xml', '']),
        });
      case 3:
        return this.refused(403, endpoint, { ...JSON_TYPE, origin: 'https://evil.example' });
      case 4:
        return this.refused(405, `${url}/sse`);
      case 5:
        return writeRaw(port, `${head('POST', path, port)}Content-Length: 100\r\n\r\n{"json`, how);
      case 6:
        return writeRaw(
          port,
          whims.pick(['\0\r\n\r\n', 'GET /sse HTTP/9\r\n', head('POST', path, port)]),
          how,
        );
      case 7:
        return writeRaw(port, `${head('GET', whims.pick(['/sse', '/mcp']), port)}\r\n`, how);
      case 8:
      case 9:
        return this.comeBack();
      default:
        this.stream.response.pause();
        await new Promise((resolve) => setTimeout(resolve, whims.below(20)));
        this.stream.response.resume();
    }
  }

  /** Loses the stream and resumes it. */
  private async comeBack(): Promise<void> {
    if (this.away || !this.isKnown || this.closed) return;
    this.away = true;
    this.drop();
    await this.reading;
    await this.read();
    this.away = false;
    if (!this.closed) return;
    this.drop();
    await this.reading;
  }

  /** Resolves when the stream has sent its endpoint. */
  private async read(): Promise<void> {
    const { path, lastEventId } = this;
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
    const { status, response } = (this.stream = await ask(this.server.url + path, {
      method: 'GET',
      headers,
    }));
    if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
    await new Promise<void>((resolve) => {
      const take = (event: ReadEvent) => {
        if (event.event === 'endpoint') resolve(this.takeEndpoint(event));
        if (event.event === 'message') this.takeMessage(event);
      };
      this.reading = readEvents(response, take).then(() => {
        if (!this.closed && !this.away) this.ledger.fault('the stream ended');
        resolve();
      });
    });
  }

  private takeEndpoint({ id, data }: ReadEvent): void {
    const endpoint = new URL(data!, this.server.url).href;
    if (this.endpoint !== '' && (endpoint !== this.endpoint || id !== this.lastEventId))
      this.ledger.fault(`came back to ${endpoint} at ${id}, not ${this.endpoint} at ${this.lastEventId}`);
    this.endpoint = endpoint;
    this.lastEventId = id;
  }

  private takeMessage({ id, data }: ReadEvent): void {
    if (this.eventIds.has(id!)) this.ledger.fault(`${id} came twice`);
    this.eventIds.add(id!);
    this.lastEventId = id;
    this.receive(data!);
  }

  private drop(): void {
    if (this.whims.chance(50)) this.stream.request.destroy();
    else this.stream.response.socket.resetAndDestroy();
  }

  private async refused(
    status: number,
    url: string,
    headers: Record<string, string> = JSON_TYPE,
  ): Promise<void> {
    const posted = await this.post(url, this.ping().text, headers);
    if (posted.status !== status && !this.closed)
      this.ledger.fault(`${posted.status} instead of ${status}: ${posted.body}`);
  }

  private async post(
    url: string,
    body: string,
    headers: Record<string, string> = JSON_TYPE,
  ): Promise<{ status: number; body: string }> {
    const { status, response } = await ask(url, { headers, body, agent: this.agent });
    return { status, body: await textOf(response) };
  }
}
