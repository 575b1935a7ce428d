import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { isBytes, jsonData } from '../model/json-data.js';
import { Body } from './body.js';
import { jsonText, scalarText } from './data-result.js';
import { McpResult } from './mcp-result.js';
import { isReadResult } from './protocol-shape.js';

/**
 * Turns what a resource's handler returned into its contents: text for a string, text or a blob for bytes (by mime
 * type), a result of the protocol as it is, and JSON for anything else.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function resourceResult(value: unknown, uri: string, mimeType?: string): ReadResourceResult {
  const text = scalarText(value);
  if (text !== undefined) return { contents: [{ uri, mimeType: mimeType ?? 'text/plain', text }] };
  if (typeof value === 'object' && value !== null) {
    if (isReadResult(value)) return value;
    if (value instanceof Body) return { contents: [value.contents(uri, mimeType)] };
    if (value instanceof McpResult)
      throw new TypeError('a resource returns no other McpResult than McpResult.contents() of the protocol');
    if (isBytes(value)) return { contents: [Body.of(value).contents(uri, mimeType)] };
  }
  const json = jsonText(jsonData(value ?? null));
  return { contents: [{ uri, mimeType: mimeType ?? 'application/json', text: json }] };
}
