import { types } from 'node:util';
import { jsonData } from '../model/json-data.js';
import type { ToolResult } from './protocol-shape.js';

/**
 * A tool's result that carries data: `structuredContent` and its JSON as text.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function dataResult(value: unknown): ToolResult {
  const data = jsonData(value);
  return { content: [{ type: 'text', text: jsonText(data) }], structuredContent: data };
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
