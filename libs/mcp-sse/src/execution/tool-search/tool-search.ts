import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../../discovery/mcp.registry.js';
import { isForApps } from '../../model/apps.js';
import { andThen } from '../../model/and-then.js';
import type { McpToolDefinition } from '../../model/definitions.js';
import type { McpContext } from '../../model/mcp-context.js';
import type { ResolvedToolSearch } from '../../model/resolved-options.js';
import { unknownFeature } from '../protocol-error.js';
import { RecentlyUsed } from '../../model/recently-used.js';
import type { Visibility, VisibleFeatures } from '../visibility.js';
import type { MiniSearchClass } from './minisearch.js';
import {
  CALL_INPUT,
  CALL_TOOL,
  callTool,
  isSearchTool,
  SEARCH_INPUT,
  SEARCH_TOOL,
  searchTool,
} from './search-tools.js';
import { ToolIndex } from './tool-index.js';

/** Sets of tools that are kept. */
const MAX_SETS = 64;
/** Those whose index is: one of 300 tools takes some 3 MB, and 30 ms to make. */
const MAX_INDEXES = 8;

/** What a search says of a tool. */
type FoundTool = Pick<McpToolDefinition, 'name' | 'title' | 'description' | 'inputSchema' | 'annotations'>;

/** The tools that some clients see, without those for apps. */
interface ToolSet {
  readonly tools: readonly McpToolDefinition[];
  readonly listed: VisibleFeatures;
}

/** Lists few tools where there are many, and finds the others. */
export class ToolSearch {
  private readonly sets = new RecentlyUsed<ToolSet>(MAX_SETS);
  private readonly indexes = new RecentlyUsed<ToolIndex>(MAX_INDEXES);
  private readonly pinned: ReadonlySet<string>;

  constructor(
    private readonly registry: McpRegistry,
    private readonly visibility: Visibility,
    private readonly options: ResolvedToolSearch,
    private readonly miniSearch: MiniSearchClass,
  ) {
    this.pinned = new Set(options.pinned);
    registry.changed$.subscribe(() => {
      this.sets.clear();
      this.indexes.clear();
    });
    const source = 'the option "toolSearch"';
    // What clients see of them depends on the tools that they may use.
    registry.registerOwn(searchTool([]), SEARCH_INPUT, source, ({ query = '' }, context) =>
      this.search(query as string, context),
    );
    // A call that names a tool runs as a call of that tool: this handler is reached by one that names call_tool.
    registry.registerOwn(callTool([]), CALL_INPUT, source, () => {
      throw unknownFeature(ErrorCode.InvalidParams, 'Unknown tool', CALL_TOOL, false);
    });
  }

  /** What `tools/list` shows to a client that sees these tools. */
  listed(visible: VisibleFeatures): VisibleFeatures {
    return this.setOf(visible as VisibleFeatures<McpToolDefinition>).listed;
  }

  private search(query: string, context: McpContext): object | Promise<object> {
    return andThen(this.visibility.of(this.registry.tools, context), (visible) => {
      const { key } = visible;
      const index = this.indexes.get(key, () => new ToolIndex(this.setOf(visible).tools, this.miniSearch));
      const found = index.search(query);
      const tools = this.firstOf(found);
      return { tools, note: noteOn(found.length - tools.length, tools.length) };
    });
  }

  private setOf(visible: VisibleFeatures<McpToolDefinition>): ToolSet {
    return this.sets.get(visible.key, () => {
      const tools = visible.items.filter((tool) => !isSearchTool(tool) && !isForApps(tool));
      return { tools, listed: { ...visible, items: this.shownOf(visible, tools) } };
    });
  }

  private shownOf(
    { items, apps }: VisibleFeatures<McpToolDefinition>,
    tools: readonly McpToolDefinition[],
  ): readonly McpToolDefinition[] {
    if (tools.length <= this.options.above) return items.filter((tool) => !isSearchTool(tool));
    return items.flatMap((tool) => {
      if (tool.name === SEARCH_TOOL) return searchTool(tools);
      if (tool.name === CALL_TOOL) return callTool(tools);
      return this.isAlwaysShown(tool, apps) ? tool : [];
    });
  }

  /** Clients need the definition of a tool whose arguments they repeat in headers, or whose results an app shows. */
  private isAlwaysShown({ name, ui }: McpToolDefinition, apps: boolean): boolean {
    if (this.pinned.has(name) || (apps && ui !== undefined)) return true;
    return this.registry.toolMap.get(name)?.mirrored !== undefined;
  }

  /** The first tool may be larger than all are meant to be, or nobody could call it. */
  private firstOf(found: readonly McpToolDefinition[]): FoundTool[] {
    const { maxResults, maxBytes } = this.options;
    const first: FoundTool[] = [];
    let bytes = 0;
    for (const { name, title, description, inputSchema, annotations } of found.slice(0, maxResults)) {
      const tool = { name, title, description, inputSchema, annotations };
      bytes += Buffer.byteLength(JSON.stringify(tool));
      if (first.length > 0 && bytes > maxBytes) break;
      first.push(tool);
    }
    return first;
  }
}

/** What the model does next. */
function noteOn(more: number, shown: number): string | undefined {
  if (shown === 0) return 'No tool matches. Try other words for it, or none to see the first tools by name.';
  return more > 0 ? `${more} more match. Name what you need more exactly to see them.` : undefined;
}
