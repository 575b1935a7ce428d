/** By how much it grows: far enough that little is copied twice. */
const FACTOR = 4;

/**
 * Bytes that arrive in pieces. It keeps no piece: a client may send a byte at a time, and an object for each would
 * take a hundred times the memory of what it has sent.
 */
export class GrowingBuffer {
  private bytes: Buffer = Buffer.alloc(0);
  private used = 0;

  /** @param expected how many bytes there will be, as far as that is known */
  constructor(private readonly expected = Infinity) {}

  get length(): number {
    return this.used;
  }

  add(piece: Buffer): void {
    const length = this.used + piece.length;
    // Most messages are one piece, which needs no copy.
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
