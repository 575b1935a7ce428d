import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { jsonData } from '../model/json-data.js';
import { types } from 'node:util';

/**
 * A tool's result that carries data: JSON text, and `structuredContent` where the data is an object.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function dataResult(value: unknown): CallToolResult {
  const data = jsonData(value);
  const text = jsonText(data);
  return text.startsWith('{')
    ? { content: [{ type: 'text', text }], structuredContent: data as Record<string, unknown> }
    : { content: [{ type: 'text', text }] };
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
