import { types } from 'node:util';
import { jsonData } from '../model/json-data.js';
import type { ToolResult } from './protocol-shape.js';

/** A tool's result that is one text, or data with its JSON as text. It is written from the text, so data is serialized once. */
export class TextResult implements ToolResult {
  readonly content: ToolResult['content'];
  readonly structuredContent?: unknown;
  // Private in JavaScript too: copies of a result have only its members.
  readonly #text: string;

  /** @param data whose JSON the text is */
  constructor(text: string, data?: unknown) {
    this.content = [{ type: 'text', text }];
    this.structuredContent = data;
    this.#text = text;
  }

  /** The members as `JSON.stringify()` writes them. */
  get members(): string {
    const content = `"content":[{"type":"text","text":${JSON.stringify(this.#text)}}]`;
    return this.structuredContent === undefined ? content : `${content},"structuredContent":${this.#text}`;
  }
}

/**
 * A tool's result that carries data: `structuredContent` and its JSON as text.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function dataResult(value: unknown): TextResult {
  const data = jsonData(value);
  return new TextResult(jsonText(data), data);
}

/** @throws {TypeError} when the value has no JSON */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return json;
}

/** The text of a string, bigint, Date or URL. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  if (types.isDate(value)) return value.toISOString();
  return value instanceof URL ? value.href : undefined;
}
