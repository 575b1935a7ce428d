import { createHash } from 'node:crypto';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { CacheRules } from '../discovery/cache-rules.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import type {
  McpDefinition,
  McpPromptDefinition,
  McpResourceDefinition,
  McpToolDefinition,
} from '../model/definitions.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import { andThen } from '../model/and-then.js';
import type { McpEra } from '../model/mcp-context.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, InvokedMethod } from '../model/invoker.js';
import { SerializedMembers } from '../model/serialized-members.js';
import type { AccessControl } from './access-control.js';
import { KnownToolsets } from './known-toolsets.js';
import { RecentlyUsed } from '../model/recently-used.js';
import type { ToolSearch } from './tool-search/tool-search.js';
import type { VisibleFeatures, Visibility } from './visibility.js';

export type ListMethod = Extract<InvokedMethod, `${string}/list`>;

interface List {
  /** The member of the result that holds the items. */
  readonly member: string;
  readonly items: () => readonly McpDefinition[];
}

const MAX_PAGES = 64;

/**
 * Answers the list methods. Each item is serialized once, and each page once for all who see the same items in the same
 * era.
 */
export class FeatureLists {
  private readonly pages = new RecentlyUsed<SerializedMembers>(MAX_PAGES);
  private readonly json = new WeakMap<McpDefinition, string>();
  private readonly hints = new Map<ListMethod, McpCacheHint>();
  private readonly toolsets: KnownToolsets;

  private readonly lists: Readonly<Record<ListMethod, List>> = {
    'tools/list': { member: 'tools', items: () => this.registry.tools },
    'resources/list': { member: 'resources', items: () => this.registry.resources.filter(isFixed) },
    'resources/templates/list': {
      member: 'resourceTemplates',
      items: () => this.registry.resources.filter((resource) => !isFixed(resource)),
    },
    'prompts/list': { member: 'prompts', items: () => this.registry.prompts },
  };

  constructor(
    private readonly registry: McpRegistry,
    access: AccessControl,
    private readonly visibility: Visibility,
    private readonly caching: CacheRules,
    private readonly pageSize: number,
    private readonly search: ToolSearch | undefined,
  ) {
    this.toolsets = new KnownToolsets(registry, access);
    registry.changed$.subscribe(() => {
      this.pages.clear();
      this.hints.clear();
    });
  }

  /**
   * @throws {JsonRpcError} -32602 for a cursor that did not come from this list as this principal sees it, and for a URL
   *   that picks unknown toolsets
   */
  payload(
    method: ListMethod,
    { cursor }: Readonly<Record<string, unknown>>,
    context: InvokedContext,
  ): SerializedMembers | Promise<SerializedMembers> {
    const all = this.lists[method].items();
    context.cacheable(this.hintOf(method, all));
    return andThen(this.toolsets.assert(context), () =>
      andThen(this.visibility.of(all, context), (visible) => {
        const shown = (method === 'tools/list' && this.search?.listed(visible)) || visible;
        const isFirst = cursor === undefined || cursor === null || cursor === '';
        const start = isFirst ? 0 : this.startOf(cursor, method, shown);
        const { era } = context;
        const key = `${method} ${era} ${start} ${shown.key}`;
        return this.pages.get(key, () => this.serialize(method, era, start, shown));
      }),
    );
  }

  /** @param all items, also those that the caller does not see: each page has the same scope */
  private hintOf(method: ListMethod, all: readonly McpDefinition[]): McpCacheHint {
    let hint = this.hints.get(method);
    if (!hint) this.hints.set(method, (hint = this.caching.ofList(all)));
    return hint;
  }

  private serialize(
    method: ListMethod,
    era: McpEra,
    start: number,
    shown: VisibleFeatures,
  ): SerializedMembers {
    const { items, apps } = shown;
    const end = start + this.pageSize;
    const page = items.slice(start, end).map((definition) => this.itemJson(definition, era, apps));
    const nextCursor = end < items.length ? `,"nextCursor":"${cursorOf(method, end, shown)}"` : '';
    return new SerializedMembers(`"${this.lists[method].member}":[${page.join()}]${nextCursor}`);
  }

  private itemJson(definition: McpDefinition, era: McpEra, apps: boolean): string {
    // Not kept by themselves: such items are few, and their page is kept.
    if (era === 'legacy' && hasModernOutput(definition))
      return JSON.stringify(wireTool({ ...definition, outputSchema: undefined }, apps));
    if (apps && definition.kind !== 'prompt' && definition.ui)
      return JSON.stringify(wireItem(definition, apps));
    let json = this.json.get(definition);
    if (json === undefined) this.json.set(definition, (json = JSON.stringify(wireItem(definition, false))));
    return json;
  }

  private startOf(cursor: unknown, method: string, shown: VisibleFeatures): number {
    const start =
      typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString().split(' ')[1]) : NaN;
    const isPage = start > 0 && start % this.pageSize === 0 && start < shown.items.length;
    if (isPage && cursor === cursorOf(method, start, shown)) return start;
    throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: unknown cursor. Start the list anew.');
  }
}

/**
 * A cursor is valid for one set of items: in another it would skip or repeat some. It is made of what its principal can
 * see, so that each node gives and takes the same ones.
 */
function cursorOf(method: string, start: number, { items }: VisibleFeatures): string {
  return Buffer.from(`${method} ${start} ${digestOf(items)}`).toString('base64url');
}

function digestOf(items: readonly McpDefinition[]): string {
  const identities = items.map((item) => (item.kind === 'resource' ? item.uri : item.name));
  return createHash('sha256').update(JSON.stringify(identities)).digest('base64url');
}

/** Whether only the modern era knows what a tool returns. In the legacy one that is an object. */
function hasModernOutput(definition: McpDefinition): definition is McpToolDefinition {
  if (definition.kind !== 'tool' || !definition.outputSchema) return false;
  return definition.outputSchema.type !== 'object';
}

function isFixed({ uri }: McpResourceDefinition): boolean {
  return !uri.includes('{');
}

/** A definition as clients see it. @param apps whether the client shows apps */
function wireItem(definition: McpDefinition, apps: boolean): object {
  switch (definition.kind) {
    case 'tool':
      return wireTool(definition, apps);
    case 'resource':
      return isFixed(definition) ? wireResource(definition) : wireTemplate(definition);
    case 'prompt':
      return wirePrompt(definition);
  }
}

function wireTool(definition: McpToolDefinition, apps: boolean): object {
  const { meta, ui, kind: _kind, access: _access, ...tool } = definition;
  // Clients of the extension's drafts look for the flat member.
  const uiMeta = apps && ui && { ui, 'ui/resourceUri': ui.resourceUri };
  return { ...tool, _meta: uiMeta ? { ...meta, ...uiMeta } : meta };
}

/** Clients that show no apps do not see the resource of one. */
function wireResource({
  meta,
  ui,
  kind: _kind,
  access: _access,
  ...resource
}: McpResourceDefinition): object {
  return { ...resource, _meta: ui ? { ...meta, ui } : meta };
}

function wireTemplate({ uri: uriTemplate, size: _size, ...template }: McpResourceDefinition): object {
  const { meta, kind: _kind, access: _access, ...rest } = template;
  return { ...rest, uriTemplate, _meta: meta };
}

function wirePrompt({ meta, kind: _kind, access: _access, ...prompt }: McpPromptDefinition): object {
  return { ...prompt, _meta: meta };
}
