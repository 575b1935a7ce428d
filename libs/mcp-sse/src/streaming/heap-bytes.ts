/** What an event takes besides its data: measured, with its id and its places in lists. */
export const EVENT_OVERHEAD = 256;

/** From how many characters on a text is looked at. That makes one piece of it, which long ones become anyway. */
const LONG = 65_536;

/** Bytes that a text takes in memory at most: V8 has two for each character unless all are of Latin-1. */
export function heapBytes(text: string): number {
  const { length } = text;
  return length >= LONG && Buffer.byteLength(text) === length ? length : 2 * length;
}
