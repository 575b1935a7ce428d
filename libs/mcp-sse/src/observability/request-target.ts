import type { McpRegistry } from '../discovery/mcp.registry.js';
import { findResource, MAX_URI_LENGTH } from '../execution/resource-finder.js';

/** Stands for every name that the server does not know, which a client can invent without end. */
export const UNKNOWN = '(unknown)';

/** The requests that clients make by the protocol. */
const METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);

/** What a request is for, in as many words as the server has features, whatever clients send. */
export interface RequestTarget {
  readonly method: string;
  readonly kind?: 'tool' | 'prompt' | 'resource';
  /** Name of a tool or prompt, URI or URI template of a resource. */
  readonly name?: string;
}

export function requestTarget(
  registry: McpRegistry,
  method: string,
  params: Readonly<Record<string, unknown>>,
): RequestTarget {
  switch (method) {
    case 'tools/call':
      return { method, kind: 'tool', name: known(registry.toolMap, params['name']) };
    case 'prompts/get':
      return { method, kind: 'prompt', name: known(registry.promptMap, params['name']) };
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return { method, kind: 'resource', name: templateOf(registry, params['uri']) };
    case 'completion/complete':
      return { method, ...completed(registry, params['ref']) };
    default:
      return { method: METHODS.has(method) ? method : UNKNOWN };
  }
}

function known(features: { get(name: string): unknown }, name: unknown): string {
  return typeof name === 'string' && features.get(name) !== undefined ? name : UNKNOWN;
}

function templateOf(registry: McpRegistry, uri: unknown): string {
  const isMatched = typeof uri === 'string' && uri.length <= MAX_URI_LENGTH;
  return (isMatched ? findResource(registry, uri) : undefined)?.resource.definition.uri ?? UNKNOWN;
}

function completed(registry: McpRegistry, ref: unknown): Pick<RequestTarget, 'kind' | 'name'> {
  const { type, name, uri } = (ref ?? {}) as { type?: unknown; name?: unknown; uri?: unknown };
  return type === 'ref/resource'
    ? { kind: 'resource', name: known(registry.resourceMap, uri) }
    : { kind: 'prompt', name: known(registry.promptMap, name) };
}
