import type { ContentBlock, ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';

type Members = Readonly<Record<string, unknown>>;

/** The result of a tool. In the legacy era `structuredContent` is an object. */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  /** Any JSON value. */
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: Members;
}

const TOOL_MEMBERS = new Set(['content', 'structuredContent', 'isError', '_meta']);
const READ_MEMBERS = new Set(['contents', '_meta']);

/** Whether a value is a complete tool result: valid content blocks and no other members. */
export function isToolResult(value: object): value is ToolResult {
  const { content, isError } = value as Members;
  return (
    Array.isArray(content) &&
    content.every(isContentBlock) &&
    hasOnly(value, TOOL_MEMBERS) &&
    (isError === undefined || typeof isError === 'boolean')
  );
}

/** Whether a value is a complete result of a read. */
export function isReadResult(value: object): value is ReadResourceResult {
  const { contents } = value as Members;
  return Array.isArray(contents) && contents.every(isResourceContents) && hasOnly(value, READ_MEMBERS);
}

function hasOnly(value: object, members: ReadonlySet<string>): boolean {
  for (const name in value) if (!members.has(name)) return false;
  return true;
}

function isContentBlock(block: unknown): boolean {
  if (!isMembers(block)) return false;
  switch (block['type']) {
    case 'text':
      return typeof block['text'] === 'string';
    case 'image':
    case 'audio':
      return typeof block['data'] === 'string' && typeof block['mimeType'] === 'string';
    case 'resource':
      return isResourceContents(block['resource']);
    case 'resource_link':
      return typeof block['uri'] === 'string' && typeof block['name'] === 'string';
    default:
      return false;
  }
}

function isResourceContents(value: unknown): boolean {
  if (!isMembers(value)) return false;
  const { uri, text, blob } = value;
  return typeof uri === 'string' && (typeof text === 'string' || typeof blob === 'string');
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
