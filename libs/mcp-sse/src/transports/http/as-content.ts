/** From how many characters on it is cheaper to encode a text here. */
const LARGE = 65_536;

/**
 * A text as it is best written to a response. Node counts the bytes of a text, joins it to what precedes it, and encodes
 * it into thrice the room that it might need: cheap, unless it is long.
 */
export function asContent(text: string): string | Buffer {
  return text.length < LARGE ? text : Buffer.from(text);
}
