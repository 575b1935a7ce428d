import { Agent } from 'node:http';
import { requestsIn } from './acceptable.js';
import type { FuzzServer } from './fuzz-server.js';
import type { Outgoing } from './messages.js';
import { FuzzPeer } from './peer.js';
import type { Visit } from './visit.js';
import { ask, head, readEvents, textOf, writeRaw, type Posted } from './wire.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A client of HTTP+SSE. */
export class SsePeer extends FuzzPeer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private endpoint = '';
  private closed = false;
  private reading!: Promise<void>;
  private stream!: Posted;

  static async open(server: FuzzServer, visit: Visit): Promise<SsePeer> {
    const peer = new SsePeer(server, visit);
    await peer.open(peer.whims.pick(['/sse', '/sse/', '/mcp']));
    if (visit.initializes) await peer.deliver({ text: peer.initialize });
    return peer;
  }

  get sessionId(): string {
    return new URL(this.endpoint).searchParams.get('sessionId')!;
  }

  async ended(): Promise<void> {
    await this.reading;
    await this.flushed();
    this.agent.destroy();
  }

  async leave(): Promise<void> {
    this.closed = true;
    if (this.whims.chance(50)) this.stream.request.destroy();
    else this.stream.response.socket.resetAndDestroy();
    await this.ended();
  }

  protected async deliver({ text }: Outgoing): Promise<void> {
    const ids = requestsIn(text, false);
    this.ledger.sending(ids ?? []);
    const { status, body } = await this.post(this.endpoint, text);
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
      default:
        this.stream.response.pause();
        await new Promise((resolve) => setTimeout(resolve, whims.below(20)));
        this.stream.response.resume();
    }
  }

  private async open(path: string): Promise<void> {
    const { url } = this.server;
    this.stream = await ask(url + path, { method: 'GET', headers: { accept: 'text/event-stream' } });
    if (this.stream.status !== 200) throw new Error(`GET ${path} answered ${this.stream.status}`);
    await new Promise<void>((resolve) => {
      this.reading = readEvents(this.stream.response, ({ event, data }) => {
        if (event === 'message') return this.receive(data!);
        if (event !== 'endpoint') return undefined;
        this.endpoint = new URL(data!, url).href;
        return resolve();
      }).then(() => {
        this.closed = true;
        return resolve();
      });
    });
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
