import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import { imageTypeOf } from './image-type.js';

/**
 * Makes a tool's result of what its handler returned: a string is text, an object `structuredContent` and its
 * JSON as text, a Buffer an image or a blob, a result of the protocol itself.
 *
 * @throws {TypeError} when the value has no JSON, such as one with a BigInt or a circle
 */
export function toolResult(value: unknown, toolName: string): CallToolResult {
  if (value === undefined || value === null) return { content: [] };
  if (typeof value === 'string') return { content: [{ type: 'text', text: value }] };
  if (value instanceof Uint8Array) return { content: [binaryBlock(value, toolName)] };
  if (isToolResult(value)) return value;
  const text = toJson(value);
  const content: ContentBlock[] = [{ type: 'text', text }];
  return text.startsWith('{')
    ? { content, structuredContent: value as Record<string, unknown> }
    : { content };
}

/** @throws {TypeError} when the value has no JSON */
function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return json;
}

function isToolResult(value: object): value is CallToolResult {
  const { content } = value as { content?: unknown };
  return (
    Array.isArray(content) &&
    content.every((block) => typeof (block as ContentBlock | null)?.type === 'string')
  );
}

function binaryBlock(bytes: Uint8Array, toolName: string): ContentBlock {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const mimeType = imageTypeOf(bytes);
  if (mimeType) return { type: 'image', data, mimeType };
  return {
    type: 'resource',
    resource: { uri: `tool://${toolName}/result`, mimeType: 'application/octet-stream', blob: data },
  };
}
