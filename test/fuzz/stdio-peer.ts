import { PassThrough } from 'node:stream';
import { serveStdio } from 'nestjs-mcp-sse';
import { readableIds, requestsIn } from './acceptable.js';
import type { FuzzServer } from './fuzz-server.js';
import type { Outgoing } from './messages.js';
import { FuzzPeer, withinPatience } from './peer.js';
import type { Visit } from './visit.js';

/** A client over two line streams. */
export class StdioPeer extends FuzzPeer {
  readonly sessionId: string;
  private readonly input = new PassThrough();
  private readonly output = new PassThrough();
  private readonly served: Promise<void>;
  private refusals = 0;
  private rest = '';

  static async open(server: FuzzServer, visit: Visit): Promise<StdioPeer> {
    const peer = new StdioPeer(server, visit);
    await peer.deliver({ text: peer.initialize });
    return peer;
  }

  private constructor(server: FuzzServer, visit: Visit) {
    super(server, visit);
    this.output.setEncoding('utf8');
    this.output.on('data', (chunk: string) => this.take(chunk));
    let sessionId = '';
    const opening = server.sessions.events$.subscribe(({ session }) => (sessionId = session.id));
    this.served = serveStdio(server.app, { input: this.input, output: this.output });
    opening.unsubscribe();
    this.sessionId = sessionId;
  }

  /** Lines are read in order, so an answer shows that all lines before it have been read. */
  override async flushed(): Promise<void> {
    await super.flushed();
    const { id, text } = this.ping();
    await this.deliver({ text });
    const answered = async () => {
      while (this.ledger.isOpen(id)) await new Promise((resolve) => setImmediate(resolve));
    };
    await withinPatience(answered(), 'no answer to a ping');
  }

  async ended(): Promise<void> {
    await withinPatience(this.served, 'serveStdio goes on after the end of its session');
    await new Promise((resolve) => setImmediate(resolve));
    if (this.rest !== '') this.ledger.fault(`half a line: ${this.rest}`);
  }

  async leave(): Promise<void> {
    if (this.whims.chance(50)) this.input.end();
    else this.input.destroy();
    await new Promise((resolve) => setTimeout(resolve, this.whims.below(50)));
    // A hanging request would keep the session open for ever.
    this.server.sessions.close(this.sessionId);
    await this.ended();
  }

  protected async deliver({ text }: Outgoing): Promise<void> {
    if (!this.input.writable) return;
    for (const line of text.split('\n')) this.expectAnswers(line);
    const bytes = Buffer.from(`${text}${this.whims.pick(['\n', '\n', '\r\n'])}`);
    const cut = this.whims.below(bytes.length);
    this.input.write(bytes.subarray(0, cut));
    this.input.write(bytes.subarray(cut));
  }

  protected async disturb(how: number): Promise<void> {
    if (how % 2 === 0) {
      this.input.write(this.whims.pick(['\n', '\r\n', ' \n\n', '\t\n']));
      return;
    }
    this.output.pause();
    await new Promise((resolve) => setTimeout(resolve, this.whims.below(20)));
    this.output.resume();
  }

  private expectAnswers(line: string): void {
    if (line.trim() === '') return;
    const isTooLong = Buffer.byteLength(line) + 1 > this.server.maxMessageBytes;
    const ids = requestsIn(line, this.hasBatches);
    this.ledger.sending(ids ?? []);
    if (!ids || isTooLong) {
      this.ledger.unsure(readableIds(line));
      this.refusals++;
    } else if (this.ledger.isRepeated(ids)) {
      this.ledger.unsure(ids);
      this.refusals++;
    } else this.ledger.accepted(ids);
  }

  private take(chunk: string): void {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) {
      const { id, error } = JSON.parse(line) as { id?: unknown; error?: object };
      if (error && (id === null || id === undefined) && --this.refusals < 0)
        this.ledger.fault(`refused what is right: ${line}`);
      this.receive(line);
    }
  }
}
