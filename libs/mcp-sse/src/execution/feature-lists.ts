import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { McpPromptDefinition, McpResourceDefinition, McpToolDefinition } from '../model/definitions.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { SerializedJson } from '../model/serialized-json.js';

/** The payloads of the list methods, serialized once until something is added or removed. */
export class FeatureLists {
  private readonly payloads = new Map<string, SerializedJson>();

  private readonly builders: Readonly<Record<string, () => object>> = {
    'tools/list': () => ({ tools: this.registry.tools.map(wireTool) }),
    'resources/list': () => ({ resources: this.registry.resources.filter(isFixed).map(wireResource) }),
    'resources/templates/list': () => ({
      resourceTemplates: this.registry.resources.filter((resource) => !isFixed(resource)).map(wireTemplate),
    }),
    'prompts/list': () => ({ prompts: this.registry.prompts.map(wirePrompt) }),
  };

  constructor(private readonly registry: McpRegistry) {
    registry.changes$.subscribe(() => this.payloads.clear());
  }

  handles(method: string): boolean {
    return Object.hasOwn(this.builders, method);
  }

  /** @throws {JsonRpcError} -32602 for a cursor, since every list has one page */
  payload(method: string, { cursor }: Readonly<Record<string, unknown>>): SerializedJson {
    if (cursor !== undefined)
      throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: unknown cursor');
    let payload = this.payloads.get(method);
    if (!payload) {
      payload = new SerializedJson(JSON.stringify(this.builders[method]!()));
      this.payloads.set(method, payload);
    }
    return payload;
  }
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
