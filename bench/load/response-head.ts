const STATUS_LINE = /^HTTP\/1\.1 (\d{3})/;

/** The head of a response. Parses only the headers that are read. */
export class ResponseHead {
  readonly status: number;
  private lowerCased?: string;

  /**
   * @param text the head without the empty line that ends it
   * @throws {SyntaxError} if it is not the head of an HTTP/1.1 response
   */
  constructor(private readonly text: string) {
    const status = STATUS_LINE.exec(text)?.[1];
    if (status === undefined) throw new SyntaxError(`Not an HTTP/1.1 response: ${text.slice(0, 100)}`);
    this.status = Number(status);
  }

  /** @param name in lower case */
  header(name: string): string | undefined {
    this.lowerCased ??= this.text.toLowerCase();
    const label = `\r\n${name}:`;
    const at = this.lowerCased.indexOf(label);
    if (at < 0) return undefined;
    const start = at + label.length;
    const end = this.text.indexOf('\r\n', start);
    return this.text.slice(start, end < 0 ? undefined : end).trim();
  }
}
