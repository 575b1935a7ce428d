import { SerializedMembers } from '../../model/serialized-members.js';
import type { ToolResult } from '../protocol-shape.js';

/** What a tool does with a result that is larger than its limit. */
export type OnTooLarge = 'error' | 'truncate' | 'resource';

/** A tool's result with its JSON, which is made once: to measure it, and to send it. */
export class WrittenResult extends SerializedMembers implements ToolResult {
  readonly content: ToolResult['content'];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  declare readonly _meta?: ToolResult['_meta'];
  readonly #reducedBy?: OnTooLarge;

  /**
   * @param members its JSON without the braces
   * @param reducedBy how it took the place of a result that was too large
   */
  constructor(
    { content, structuredContent, isError, _meta }: ToolResult,
    members: string,
    reducedBy?: OnTooLarge,
  ) {
    super(members);
    this.content = content;
    this.structuredContent = structuredContent;
    this.isError = isError;
    // The serializer of the modern era looks for the member, not for its value.
    if (_meta !== undefined) Object.assign(this, { _meta });
    this.#reducedBy = reducedBy;
  }

  /** How a result took the place of one that was too large, if it did. */
  static reductionOf(result: object): OnTooLarge | undefined {
    return result instanceof WrittenResult ? result.#reducedBy : undefined;
  }
}

/**
 * Bytes of a text in UTF-8 if they are more than the limit. Counts nothing where the length alone tells.
 *
 * @param around bytes that count beside the text
 */
export function excessBytes(text: string, maxBytes: number, around = 0): number | undefined {
  if (text.length * 3 + around <= maxBytes) return undefined;
  const bytes = Buffer.byteLength(text) + around;
  return bytes > maxBytes ? bytes : undefined;
}
