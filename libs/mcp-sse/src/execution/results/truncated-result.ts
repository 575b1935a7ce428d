import { jsonText } from '../data-result.js';
import type { ToolResult } from '../protocol-shape.js';

/**
 * Shortens a result to a number of bytes of JSON: without `structuredContent`, which the text repeats, then with texts
 * that end earlier, and say so. Images, audio and resources stay.
 *
 * @param note how a text ends that is not whole
 * @returns undefined when it is too large without any text
 */
export function truncatedResult(
  { structuredContent, ...result }: ToolResult,
  maxBytes: number,
  note: string,
): ToolResult | undefined {
  const isRepeated = structuredContent === undefined || isTextOf(structuredContent, result);
  if (isRepeated && bytesOf(result) <= maxBytes) return result;
  const bare = result.content.map((block) => (block.type === 'text' ? { ...block, text: '' } : block));
  // A separate block says what an image cannot.
  const ending = { type: 'text', text: '' } as const;
  let left = maxBytes - bytesOf({ ...result, content: [...bare, ending] }) - textBytes(note);
  if (left < 0) return undefined;
  const content: ToolResult['content'][number][] = [];
  let isCut = false;
  for (const block of result.content) {
    if (block.type !== 'text') content.push(block);
    else if (!isCut) {
      const text = beginningIn(block.text, left);
      left -= textBytes(text);
      isCut = text.length < block.text.length;
      content.push({ ...block, text: isCut ? text + note : text });
    }
  }
  if (!isCut) content.push({ ...ending, text: note.trimStart() });
  return { ...result, content };
}

/** Whether the text of a result is the JSON of its data. */
export function isTextOf(structuredContent: unknown, { content }: ToolResult): boolean {
  const texts = content.flatMap((block) => (block.type === 'text' ? block.text : []));
  return texts.length === 1 && texts[0] === jsonText(structuredContent);
}

/** The longest beginning of a text that takes no more bytes in JSON. It ends between two code points. */
function beginningIn(text: string, maxBytes: number): string {
  let left = maxBytes;
  let end = 0;
  for (const character of text) {
    left -= characterBytes(character);
    if (left < 0) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

const TWO_BYTES = new Set('"\\\b\f\n\r\t');

/** As `JSON.stringify` writes it: control characters and halves of a pair become six ASCII characters. */
function characterBytes(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return TWO_BYTES.has(character) ? 2 : code < 0x20 ? 6 : 1;
  if (code < 0x800) return 2;
  if (code >= 0xd800 && code <= 0xdfff) return 6;
  return code < 0x10000 ? 3 : 4;
}

function textBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

function bytesOf(result: ToolResult): number {
  return Buffer.byteLength(JSON.stringify(result));
}
