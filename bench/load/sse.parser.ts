import { StringDecoder } from 'node:string_decoder';

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/**
 * Reads an event stream.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseParser {
  private readonly decoder = new StringDecoder('utf8');
  /** The beginning of an incomplete line. */
  private line = '';
  private endedWithCarriageReturn = false;
  private event = '';
  private data: string | undefined;

  /** @param onEvent gets the type and the data of each event */
  constructor(private readonly onEvent: (event: string, data: string) => void) {}

  push(chunk: Buffer): void {
    const text = this.decoder.write(chunk);
    let start = this.endedWithCarriageReturn && text.charCodeAt(0) === LINE_FEED ? 1 : 0;
    if (text.length > 0) this.endedWithCarriageReturn = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN;
    // Checked once per chunk, since most streams have none.
    let carriageReturn = text.indexOf('\r', start);
    for (;;) {
      const lineFeed = text.indexOf('\n', start);
      const isCarriageReturn = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed);
      const end = isCarriageReturn ? carriageReturn : lineFeed;
      if (end < 0) break;
      this.takeLine(this.line + text.slice(start, end));
      this.line = '';
      start = isCarriageReturn && text.charCodeAt(end + 1) === LINE_FEED ? end + 2 : end + 1;
      if (isCarriageReturn) carriageReturn = text.indexOf('\r', start);
    }
    this.line += text.slice(start);
  }

  private takeLine(line: string): void {
    if (line === '') {
      if (this.data !== undefined) this.onEvent(this.event || 'message', this.data);
      this.event = '';
      this.data = undefined;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    else if (field === 'event') this.event = value;
  }
}
