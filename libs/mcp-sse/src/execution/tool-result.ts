import { types } from 'node:util';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { isBytes } from '../model/json-data.js';
import { describeIssues } from '../schema/schema-issues.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { Body } from './body.js';
import { dataResult, scalarText } from './data-result.js';
import { McpResult } from './mcp-result.js';
import { isToolResult } from './protocol-shape.js';

/**
 * Turns what a tool's handler returned into its result: text for a string, an image or a blob for bytes,
 * `structuredContent` and JSON text for an object, a result of the protocol as it is.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function toolResult(value: unknown, toolName: string): CallToolResult {
  if (value === undefined || value === null) return { content: [] };
  if (typeof value === 'object') {
    if (isToolResult(value)) return value;
    if (value instanceof Body) return bodyResult(value, toolName);
    if (value instanceof McpResult) throw wrongKind(value);
    if (isBytes(value) && !isNumbers(value)) return bodyResult(Body.of(value), toolName);
  }
  const text = scalarText(value);
  return text === undefined ? dataResult(value) : { content: [{ type: 'text', text }] };
}

/**
 * Turns what a tool's handler returned into its result, validated and transformed by the output schema. The value is
 * data unless it is a result with `isError` or `structuredContent`.
 *
 * @throws {TypeError} when the value does not fit the schema
 */
export async function checkedToolResult(value: unknown, output: CompiledSchema): Promise<CallToolResult> {
  if (!isExplicitResult(value))
    return structured(await fitting(value instanceof Body ? (value.json ?? value.text) : value, output));
  if (value.isError) return value;
  const { structuredContent, content } = structured(await fitting(value.structuredContent, output));
  const isMirrored = value.content.length === 1 && textOf(value) === jsonOrNothing(value.structuredContent);
  return { ...value, structuredContent, ...(isMirrored ? { content } : {}) };
}

function isExplicitResult(value: unknown): value is CallToolResult {
  if (typeof value !== 'object' || value === null) return false;
  if (isToolResult(value))
    return value instanceof McpResult || value.isError === true || value.structuredContent !== undefined;
  if (value instanceof McpResult) throw wrongKind(value);
  return false;
}

async function fitting(value: unknown, output: CompiledSchema): Promise<unknown> {
  const outcome = await output.validate(value);
  if (outcome.ok) return outcome.value;
  throw new TypeError(`the result does not fit the output schema: ${describeIssues(outcome)}`);
}

function structured(data: unknown): CallToolResult {
  const result = dataResult(data);
  if (result.structuredContent) return result;
  throw new TypeError('the output schema gives no object');
}

function bodyResult(body: Body, toolName: string): CallToolResult {
  const { json } = body;
  return {
    content: [body.block(`tool://${toolName}/result`)],
    ...(typeof json === 'object' && json !== null && !Array.isArray(json)
      ? { structuredContent: json as Record<string, unknown> }
      : {}),
  };
}

function textOf({ content: [block] }: CallToolResult): string | undefined {
  return block?.type === 'text' ? block.text : undefined;
}

function jsonOrNothing(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Whether a typed array holds numbers, such as an embedding, rather than bytes. */
function isNumbers(value: object): boolean {
  return types.isTypedArray(value) && value.BYTES_PER_ELEMENT > 1;
}

function wrongKind(value: McpResult): TypeError {
  return new TypeError(
    `a McpResult of ${Object.keys(value).join()} is no tool's result. Return McpResult.text(), error(), json() or ` +
      'content() with blocks of the protocol.',
  );
}

/** The result of a tool that threw. It keeps the exception for observers; the client does not see it. */
export class ToolFailure implements CallToolResult {
  [member: string]: unknown;
  readonly isError = true;
  readonly content: CallToolResult['content'];
  readonly #cause: unknown;

  constructor(text: string, cause: unknown) {
    this.content = [{ type: 'text', text }];
    this.#cause = cause;
  }

  /** The exception behind a result, if there was one. */
  static causeOf(result: object): unknown {
    return result instanceof ToolFailure ? result.#cause : undefined;
  }
}
