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
import { isForApps, showsApps } from '../model/apps.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import { andThen } from '../model/and-then.js';
import type { McpEra } from '../model/mcp-context.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, InvokedMethod } from '../model/invoker.js';
import type { McpPolicyContext } from '../model/mcp-policy.js';
import { SerializedMembers } from '../model/serialized-members.js';
import type { AccessControl, Verdict } from './access-control.js';

export type ListMethod = Extract<InvokedMethod, `${string}/list`>;

interface List {
  /** The member of the result that holds the items. */
  readonly member: string;
  readonly items: () => readonly McpDefinition[];
}

/** The items of a list that a principal sees. */
interface VisibleItems {
  readonly items: readonly McpDefinition[];
  /** The indexes of the items that the principal does not see, joined; empty when they see all. */
  readonly hidden: string;
  /** Of the registry when this was computed. */
  readonly version: number;
}

const MAX_PAGES = 64;

/** Answers the list methods. Each item is serialized once, and each page once for all who see the same items. */
export class FeatureLists {
  private readonly pages = new PageCache<SerializedMembers>(MAX_PAGES);
  private readonly json = new WeakMap<McpDefinition, string>();
  private readonly hints = new Map<ListMethod, McpCacheHint>();
  private version = 0;

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
    private readonly access: AccessControl,
    private readonly caching: CacheRules,
    private readonly pageSize: number,
  ) {
    registry.changed$.subscribe(() => {
      this.version++;
      this.pages.clear();
      this.hints.clear();
    });
  }

  /** @throws {JsonRpcError} -32602 for a cursor that did not come from this list as this principal sees it */
  payload(
    method: ListMethod,
    { cursor }: Readonly<Record<string, unknown>>,
    context: InvokedContext,
  ): SerializedMembers | Promise<SerializedMembers> {
    const all = this.lists[method].items();
    context.cacheable(this.hintOf(method, all));
    const apps = showsApps(context);
    return andThen(this.visibleItems(all, context, apps), (visible) => {
      const isFirst = cursor === undefined || cursor === null || cursor === '';
      const start = isFirst ? 0 : this.startOf(cursor, method, visible);
      const { era } = context;
      const key = `${method} ${era} ${apps} ${start} ${visible.version} ${visible.hidden}`;
      return this.pages.get(key, () => this.serialize(method, era, apps, start, visible));
    });
  }

  /** @param all items, also those that the caller does not see: each page has the same scope */
  private hintOf(method: ListMethod, all: readonly McpDefinition[]): McpCacheHint {
    let hint = this.hints.get(method);
    if (!hint) this.hints.set(method, (hint = this.caching.ofList(all)));
    return hint;
  }

  private visibleItems(
    all: readonly McpDefinition[],
    context: McpPolicyContext,
    apps: boolean,
  ): VisibleItems | Promise<VisibleItems> {
    const { version } = this;
    const deciding = all.map((definition) => this.access.verdict(definition, context));
    return andThen(allDecided(deciding), (verdicts) => {
      const isHidden = (definition: McpDefinition, index: number) =>
        verdicts[index] !== 'granted' || (!apps && isForApps(definition));
      const hidden: number[] = [];
      for (let index = 0; index < all.length; index++) if (isHidden(all[index]!, index)) hidden.push(index);
      if (hidden.length === 0) return { version, hidden: '', items: all };
      const items = all.filter((definition, index) => !isHidden(definition, index));
      return { version, hidden: hidden.join(), items };
    });
  }

  private serialize(
    method: ListMethod,
    era: McpEra,
    apps: boolean,
    start: number,
    visible: VisibleItems,
  ): SerializedMembers {
    const { items } = visible;
    const end = start + this.pageSize;
    const page = items.slice(start, end).map((definition) => this.itemJson(definition, era, apps));
    const nextCursor = end < items.length ? `,"nextCursor":"${cursorOf(method, end, visible)}"` : '';
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

  private startOf(cursor: unknown, method: string, visible: VisibleItems): number {
    const start =
      typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString().split(' ')[1]) : NaN;
    const isPage = start > 0 && start % this.pageSize === 0 && start < visible.items.length;
    if (isPage && cursor === cursorOf(method, start, visible)) return start;
    throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: unknown cursor. Start the list anew.');
  }
}

/**
 * A cursor is valid for one set of items: in another it would skip or repeat some. It is made of what its principal can
 * see, so that each node gives and takes the same ones.
 */
function cursorOf(method: string, start: number, { items }: VisibleItems): string {
  return Buffer.from(`${method} ${start} ${digestOf(items)}`).toString('base64url');
}

function digestOf(items: readonly McpDefinition[]): string {
  const identities = items.map((item) => (item.kind === 'resource' ? item.uri : item.name));
  return createHash('sha256').update(JSON.stringify(identities)).digest('base64url');
}

function allDecided(
  deciding: readonly (Verdict | Promise<Verdict>)[],
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const isPending = deciding.some((verdict) => typeof verdict !== 'string');
  return isPending ? Promise.all(deciding) : (deciding as readonly Verdict[]);
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

/** The most recently used pages. Their number is limited, as each principal may see other items. */
export class PageCache<Page> {
  private readonly pages = new Map<string, Page>();

  constructor(private readonly maxPages: number) {}

  /** @param make called when the page is missing; when it throws, nothing is kept */
  get(key: string, make: () => Page): Page {
    const page = this.pages.get(key) ?? make();
    // A Map iterates in order of insertion: the page used last goes to its end.
    this.pages.delete(key);
    this.pages.set(key, page);
    if (this.pages.size > this.maxPages) this.pages.delete(this.pages.keys().next().value!);
    return page;
  }

  clear(): void {
    this.pages.clear();
  }
}
