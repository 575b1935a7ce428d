import type { RegisteredTool } from '../../discovery/registered-feature.js';
import { assertCounts } from '../../model/assert-counts.js';
import { ClusterUnavailableError } from '../../model/errors/cluster.errors.js';
import type { InvokedContext } from '../../model/invoker.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { SerializedMembers } from '../../model/serialized-members.js';
import { TextResult } from '../data-result.js';
import type { ToolResult } from '../protocol-shape.js';
import { ToolFailure } from '../tool-result.js';
import type { KeptResults } from './kept-results.js';
import { narrowingAdvice } from './narrowing-arguments.js';
import { grouped, ResultTooLargeError, type ResultLimit, type SourceLimit } from './too-large.error.js';
import { truncatedResult } from './truncated-result.js';
import { excessBytes, WrittenResult } from './written-result.js';

/** The first revision whose clients know `resource_link`. */
const LINKS_SINCE = '2025-06-18';

/** Bytes of the braces around the members of a result. */
const BRACES = 2;

/** Bytes that an error or the text with a link may have, whatever the limit. */
const NOTICE_BYTES = 4_096;

/** Holds results to their limits. Each is serialized here, once: to measure it, and to send it. */
export class ResultLimits {
  private readonly ofTools: ResultLimit;
  /** Of resources and prompts, and of what is kept. */
  readonly ofReads: SourceLimit;

  /** @throws {McpConfigurationError} when a limit is none */
  constructor(
    { maxResultBytes, maxReadBytes }: ResolvedOptions['limits'],
    private readonly kept: KeptResults,
  ) {
    assertCounts({ maxResultBytes, maxReadBytes }, 'limits');
    this.ofTools = { bytes: maxResultBytes, option: '"limits.maxResultBytes"' };
    this.ofReads = { bytes: maxReadBytes, option: '"limits.maxReadBytes"' };
  }

  private ofTool({ maxBytes }: RegisteredTool): ResultLimit {
    return maxBytes === undefined ? this.ofTools : { bytes: maxBytes, option: '"maxBytes" of the tool' };
  }

  /** How far a stream or file is read that a tool returns. What is kept may be larger than what is sent. */
  ofSource(tool: RegisteredTool): SourceLimit {
    const limit = tool.onTooLarge === 'resource' ? this.ofReads : this.ofTool(tool);
    const advice = narrowingAdvice(tool.definition);
    return { ...limit, advice, ends: tool.onTooLarge === 'truncate' };
  }

  /**
   * @returns the result of a tool, or what its tool sends instead if it is too large
   * @throws {ResultTooLargeError}
   * @throws {TypeError} when JSON cannot express the result
   */
  tool(tool: RegisteredTool, result: ToolResult, context: InvokedContext): ToolResult | Promise<ToolResult> {
    // Another tool's result, which its own limit has measured.
    if (result instanceof WrittenResult || result instanceof ToolFailure) return result;
    const members = result instanceof TextResult ? result.members : JSON.stringify(result).slice(1, -1);
    const limit = tool.maxBytes ?? this.ofTools.bytes;
    const bytes = excessBytes(members, result.isError ? Math.max(limit, NOTICE_BYTES) : limit, BRACES);
    // Its own JSON is what counts.
    const plain = 'toJSON' in result ? (JSON.parse(`{${members}}`) as ToolResult) : result;
    if (bytes === undefined) return new WrittenResult(plain, members);
    return this.reduced(tool, plain, bytes, context);
  }

  /** An error's text, cut to the limit of its tool. */
  errorText(tool: RegisteredTool, text: string): string {
    const bytes = Math.max(this.ofTool(tool).bytes, NOTICE_BYTES);
    if (excessBytes(text, bytes) === undefined) return text;
    const cut = truncatedResult({ content: [{ type: 'text', text }] }, bytes, '…')?.content[0];
    return cut?.type === 'text' ? cut.text : '';
  }

  /** @returns the result of a read or a prompt @throws {ResultTooLargeError} */
  read(result: object): object {
    const json = JSON.stringify(result);
    const bytes = excessBytes(json, this.ofReads.bytes);
    if (bytes !== undefined) throw new ResultTooLargeError(bytes, this.ofReads);
    return '_meta' in result || 'toJSON' in result ? result : new SerializedMembers(json.slice(1, -1));
  }

  private async reduced(
    tool: RegisteredTool,
    result: ToolResult,
    bytes: number,
    context: InvokedContext,
  ): Promise<ToolResult> {
    const limit = this.ofTool(tool);
    // Of an error, its beginning is worth more than that it is too large.
    const way = result.isError ? 'truncate' : tool.onTooLarge;
    const most = result.isError ? Math.max(limit.bytes, NOTICE_BYTES) : limit.bytes;
    const reduced =
      way === 'truncate'
        ? truncatedResult(result, most, endNote(tool, most))
        : way === 'resource' && (await this.linked(tool, result, bytes, context));
    const json = reduced && JSON.stringify(reduced);
    // Links and `_meta` are sent as they are.
    if (!json || excessBytes(json, Math.max(most, NOTICE_BYTES)) !== undefined)
      throw new ResultTooLargeError(bytes, limit, narrowingAdvice(tool.definition));
    return new WrittenResult(reduced, json.slice(1, -1), way);
  }

  /** @returns undefined if the result is not kept */
  private async linked(
    tool: RegisteredTool,
    result: ToolResult,
    bytes: number,
    context: InvokedContext,
  ): Promise<ToolResult | undefined> {
    if (bytes > this.ofReads.bytes) return undefined;
    try {
      const link = await this.kept.keep(tool.definition, result, bytes, context);
      if (!link) return undefined;
      const links = result.content.filter(({ type }) => type === 'resource_link');
      const text =
        `The result has ${grouped(bytes)} bytes, too many to send at once. ` +
        `For ${minutes(this.kept.ttlMs)} it is the resource ${link.uri}. ` +
        `Read that, or call the tool again for less. ${narrowingAdvice(tool.definition)}`;
      const linked = (context.protocolVersion ?? '') >= LINKS_SINCE ? [link, ...links] : links;
      const { _meta } = result;
      return { content: [{ type: 'text', text }, ...linked], ...(_meta && { _meta }) };
    } catch (error) {
      if (error instanceof ClusterUnavailableError) return undefined;
      throw error;
    }
  }
}

function endNote({ definition }: RegisteredTool, bytes: number): string {
  return `\n\n[Cut here, as the result has more than ${grouped(bytes)} bytes. ${narrowingAdvice(definition)}]`;
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}
