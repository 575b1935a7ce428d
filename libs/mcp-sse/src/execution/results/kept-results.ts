import type {
  BlobResourceContents,
  ContentBlock,
  ReadResourceResult,
  ResourceLink,
  TextResourceContents,
} from '@modelcontextprotocol/sdk/types.js';
import { principalKey } from '../../model/principal.js';
import type { Viewer } from '../../model/mcp-policy.js';
import { randomId } from '../../model/random-id.js';
import { isSameRoute } from '../../model/same-route.js';
import type { ResultStore, ResultStoreLimits } from '../../model/result-store.js';
import { jsonText } from '../data-result.js';
import { isReadResult, type ToolResult } from '../protocol-shape.js';
import { isTextOf } from './truncated-result.js';

/** Its last part is random: 128 bits. */
const KEPT_URI = /^tool:\/\/[\w.-]{1,128}\/results\/([\w-]{22})$/;

/** A result that a tool has kept for its caller. */
export interface KeptResult {
  readonly tool: string;
  readonly contents: ReadResourceResult;
}

/** Keeps results that are too large to be sent at once, as resources that only the caller of their tool can read. */
export class KeptResults {
  constructor(
    private readonly store: ResultStore,
    private readonly limits: ResultStoreLimits,
  ) {}

  /** Stands for the URIs of all kept results. */
  static readonly TEMPLATE = 'tool://{name}/results/{id}';

  /** Whether a URI looks like that of a kept result. */
  static hasUri(uri: string): boolean {
    return KEPT_URI.test(uri);
  }

  get ttlMs(): number {
    return this.limits.ttlMs;
  }

  /**
   * @param bytes of the result
   * @returns a link to it, undefined if the store has no room
   * @throws {ClusterUnavailableError}
   */
  async keep(
    tool: { readonly name: string; readonly title?: string },
    result: ToolResult,
    bytes: number,
    { principal, params }: Viewer,
  ): Promise<ResourceLink | undefined> {
    const id = randomId();
    const contents = contentsOf(result);
    const text = JSON.stringify({ tool: tool.name, route: params, contents });
    if (!(await this.store.keep(principalKey(principal), id, text, this.limits))) return undefined;
    const mimeType = contents.length === 1 ? contents[0]!.mimeType : undefined;
    return {
      type: 'resource_link',
      uri: `tool://${tool.name}/results/${id}`,
      name: `${tool.name}-result`,
      title: `The result of ${tool.title ?? tool.name}`,
      size: bytes,
      mimeType,
    };
  }

  /**
   * @returns undefined for a result that was not kept for this principal on this route, or not for so long
   * @throws {ClusterUnavailableError}
   */
  async find(uri: string, { principal, params }: Viewer): Promise<KeptResult | undefined> {
    const id = KEPT_URI.exec(uri)?.[1];
    const text = id && (await this.store.find(principalKey(principal), id));
    return text ? readKept(text, uri, params) : undefined;
  }
}

type Contents = TextResourceContents | BlobResourceContents;
type Unnamed = Omit<TextResourceContents, 'uri'> | Omit<BlobResourceContents, 'uri'>;

/** Links are sent at once, so they are not among the contents. */
function contentsOf(result: ToolResult): Unnamed[] {
  const { content, structuredContent } = result;
  const hasData = structuredContent !== undefined;
  const isData = hasData && isTextOf(structuredContent, result);
  const contents = content.flatMap((block) => blockContents(block, isData ? JSON_TYPE : 'text/plain'));
  if (hasData && !isData) contents.push({ mimeType: JSON_TYPE, text: jsonText(structuredContent) });
  return contents;
}

const JSON_TYPE = 'application/json';

function blockContents(block: ContentBlock, textType: string): Unnamed[] {
  switch (block.type) {
    case 'text':
      return [{ mimeType: textType, text: block.text }];
    case 'image':
    case 'audio':
      return [{ mimeType: block.mimeType, blob: block.data }];
    case 'resource': {
      const { uri: _uri, ...contents } = block.resource;
      return [contents as Unnamed];
    }
    case 'resource_link':
      return [];
  }
}

/** @returns undefined for what this version cannot read, such as a text of a later one */
function readKept(text: string, uri: string, params: Viewer['params']): KeptResult | undefined {
  try {
    const { tool, route, contents } = JSON.parse(text) as {
      tool?: unknown;
      route: Viewer['params'];
      contents?: Contents[];
    };
    if (!isSameRoute(route, params)) return undefined;
    const read = { contents: contents?.map((one) => ({ ...one, uri })) } as ReadResourceResult;
    return typeof tool === 'string' && isReadResult(read) ? { tool, contents: read } : undefined;
  } catch {
    return undefined;
  }
}
