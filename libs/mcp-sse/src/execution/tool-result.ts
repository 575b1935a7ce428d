import { types } from 'node:util';
import { isBytes } from '../model/json-data.js';
import type { JsonSchema } from '../model/schema-source.js';
import { describeIssues } from '../schema/schema-issues.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { Body } from './body.js';
import { dataResult, jsonText, scalarText, TextResult } from './data-result.js';
import { McpResult } from './mcp-result.js';
import { isMembers, isToolResult, type ToolResult } from './protocol-shape.js';

/**
 * Turns what a tool's handler returned into its result: text for a string, an image or a blob for bytes,
 * `structuredContent` and JSON text for other data, a result of the protocol as it is.
 *
 * @throws {TypeError} when the value has no JSON
 */
export function toolResult(value: unknown, toolName: string): ToolResult {
  if (value === undefined || value === null) return { content: [] };
  if (typeof value === 'object') {
    if (isToolResult(value)) return value;
    if (value instanceof Body) return bodyResult(value, toolName);
    if (value instanceof McpResult) throw wrongKind(value);
    if (isBytes(value) && !isNumbers(value)) return bodyResult(Body.of(value), toolName);
  }
  const text = scalarText(value);
  return text === undefined ? dataResult(value) : new TextResult(text);
}

/**
 * Turns what a tool's handler returned into its result, validated and transformed by the output schema. The value is
 * data unless it is a result with `isError` or `structuredContent`.
 *
 * @throws {TypeError} when the value does not fit the schema
 */
export async function checkedToolResult(
  value: unknown,
  output: CompiledSchema<JsonSchema>,
): Promise<ToolResult> {
  if (!isExplicitResult(value))
    return dataResult(await fitting(value instanceof Body ? (value.json ?? value.text) : value, output));
  if (value.isError) return value;
  const { structuredContent, content } = dataResult(await fitting(value.structuredContent, output));
  const isMirrored = value.content.length === 1 && textOf(value) === jsonOrNothing(value.structuredContent);
  return { ...value, structuredContent, ...(isMirrored ? { content } : {}) };
}

/** A result as the legacy era has it: structured content that is no object goes as text. */
export function legacyToolResult(result: ToolResult): ToolResult {
  const { structuredContent } = result;
  if (structuredContent === undefined || isMembers(structuredContent)) return result;
  const { structuredContent: _any, content, ...rest } = result;
  const hasText = content.some(({ type }) => type === 'text');
  const text = { type: 'text', text: jsonText(structuredContent) } as const;
  return { ...rest, content: hasText ? content : [...content, text] };
}

function isExplicitResult(value: unknown): value is ToolResult {
  if (typeof value !== 'object' || value === null) return false;
  if (isToolResult(value))
    return value instanceof McpResult || value.isError === true || value.structuredContent !== undefined;
  if (value instanceof McpResult) throw wrongKind(value);
  return false;
}

async function fitting(value: unknown, output: CompiledSchema<JsonSchema>): Promise<unknown> {
  const outcome = await output.validate(value);
  if (outcome.ok) return outcome.value;
  throw new TypeError(`the result does not fit the output schema: ${describeIssues(outcome)}`);
}

function bodyResult(body: Body, toolName: string): ToolResult {
  const { json } = body;
  return {
    content: [body.block(`tool://${toolName}/result`)],
    ...(json === undefined ? {} : { structuredContent: json }),
  };
}

function textOf({ content: [block] }: ToolResult): string | undefined {
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
export class ToolFailure implements ToolResult {
  readonly isError = true;
  readonly content: ToolResult['content'];
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
