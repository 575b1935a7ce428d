/** From how many characters on it is cheaper to encode a text here. */
const LARGE = 8_192;

/**
 * A text as it is best written to a response. Node counts the bytes of a text, joins it to what precedes it, and encodes
 * it into thrice the room that it might need: cheap for a short one, but not for a long one.
 */
export function asContent(text: string): string | Buffer {
  return text.length < LARGE ? text : Buffer.from(text);
}
