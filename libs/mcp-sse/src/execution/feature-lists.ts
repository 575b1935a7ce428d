import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { McpPromptDefinition, McpResourceDefinition, McpToolDefinition } from '../model/definitions.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { SerializedJson } from '../model/serialized-json.js';

interface List {
  /** Of the result: the member that has the items. */
  readonly member: string;
  readonly items: () => readonly object[];
}

/** The payloads of the list methods, serialized once until something is added or removed. */
export class FeatureLists {
  private readonly payloads = new Map<string, SerializedJson>();

  private readonly lists: Readonly<Record<string, List>> = {
    'tools/list': { member: 'tools', items: () => this.registry.tools.map(wireTool) },
    'resources/list': {
      member: 'resources',
      items: () => this.registry.resources.filter(isFixed).map(wireResource),
    },
    'resources/templates/list': {
      member: 'resourceTemplates',
      items: () => this.registry.resources.filter((resource) => !isFixed(resource)).map(wireTemplate),
    },
    'prompts/list': { member: 'prompts', items: () => this.registry.prompts.map(wirePrompt) },
  };

  constructor(
    private readonly registry: McpRegistry,
    private readonly pageSize: number,
  ) {
    registry.changes$.subscribe(() => this.payloads.clear());
  }

  handles(method: string): boolean {
    return Object.hasOwn(this.lists, method);
  }

  /** @throws {JsonRpcError} -32602 for a cursor that no page of this list ended with */
  payload(method: string, { cursor }: Readonly<Record<string, unknown>>): SerializedJson {
    const start = cursor === undefined ? 0 : this.startOf(cursor, method);
    const key = `${method} ${start}`;
    let payload = this.payloads.get(key);
    if (!payload) {
      payload = this.serialize(method, start);
      this.payloads.set(key, payload);
    }
    return payload;
  }

  private serialize(method: string, start: number): SerializedJson {
    const { member, items } = this.lists[method]!;
    const all = items();
    const end = start + this.pageSize;
    if (start > 0 && start >= all.length) throw unknownCursor();
    const nextCursor = end < all.length ? cursorOf(method, end) : undefined;
    return new SerializedJson(JSON.stringify({ [member]: all.slice(start, end), nextCursor }));
  }

  private startOf(cursor: unknown, method: string): number {
    const start =
      typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString().split(' ')[1]) : NaN;
    const isPage = Number.isSafeInteger(start) && start > 0 && start % this.pageSize === 0;
    if (!isPage || cursor !== cursorOf(method, start)) throw unknownCursor();
    return start;
  }
}

function cursorOf(method: string, start: number): string {
  return Buffer.from(`${method} ${start}`).toString('base64url');
}

function unknownCursor(): JsonRpcError {
  return new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: unknown cursor. Start the list anew.');
}

function isFixed({ uri }: McpResourceDefinition): boolean {
  return !uri.includes('{');
}

function wireTool({ meta, ...tool }: McpToolDefinition): object {
  return { ...tool, _meta: meta };
}

function wireResource({ meta, ...resource }: McpResourceDefinition): object {
  return { ...resource, _meta: meta };
}

function wireTemplate({ meta, uri, size: _size, ...template }: McpResourceDefinition): object {
  return { ...template, uriTemplate: uri, _meta: meta };
}

function wirePrompt({ meta, ...prompt }: McpPromptDefinition): object {
  return { ...prompt, _meta: meta };
}
