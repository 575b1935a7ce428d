import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';

/**
 * Makes the content of a resource of what its handler returned: a string is text, a Buffer a blob, a result of
 * the protocol itself, anything else its JSON.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function resourceResult(value: unknown, uri: string, mimeType?: string): ReadResourceResult {
  if (isReadResult(value)) return value;
  if (typeof value === 'string')
    return { contents: [{ uri, mimeType: mimeType ?? 'text/plain', text: value }] };
  if (value instanceof Uint8Array) {
    const blob = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return { contents: [{ uri, mimeType: mimeType ?? 'application/octet-stream', blob }] };
  }
  const text = JSON.stringify(value ?? null) as string | undefined;
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return { contents: [{ uri, mimeType: mimeType ?? 'application/json', text }] };
}

function isReadResult(value: unknown): value is ReadResourceResult {
  return Array.isArray((value as { contents?: unknown } | null | undefined)?.contents);
}
