/** How much larger it gets when it is full: enough that little is copied twice. */
const FACTOR = 4;

/**
 * Bytes that arrive in pieces. Each piece is copied and not kept: a client may send a byte at a time, and an object for
 * each byte would take a hundred times its memory.
 */
export class GrowingBuffer {
  private bytes: Buffer = Buffer.alloc(0);
  private used = 0;

  /** @param expected how many bytes will come, if that is known */
  constructor(private readonly expected = Infinity) {}

  get length(): number {
    return this.used;
  }

  add(piece: Buffer): void {
    const length = this.used + piece.length;
    // Most messages are one piece and need no copy.
    if (this.used === 0) this.bytes = piece;
    else {
      if (length > this.bytes.length) this.grow(length);
      piece.copy(this.bytes, this.used);
    }
    this.used = length;
  }

  toString(): string {
    return this.bytes.toString('utf8', 0, this.used);
  }

  private grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(
      Math.max(length, Math.min(FACTOR * this.bytes.length, this.expected)),
    );
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
  }
}
