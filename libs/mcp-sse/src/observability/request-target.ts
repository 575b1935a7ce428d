import type { McpRegistry } from '../discovery/mcp.registry.js';
import { findResource } from '../execution/resource-finder.js';
import { KeptResults } from '../execution/results/kept-results.js';
import { claimedCall } from '../http/claimed-call.js';
import { MAX_URI_LENGTH } from '../model/normal-uri.js';
import { methodNamed } from '../protocol/methods.js';

/** Stands for every name that the server does not know. Clients can invent any number of those. */
export const UNKNOWN = '(unknown)';

/** What a request is for. It has as many values as the server has methods and features, whatever clients send. */
export interface RequestTarget {
  readonly method: string;
  readonly kind?: 'tool' | 'prompt' | 'resource';
  /** Name of a tool or prompt, URI or URI template of a resource. */
  readonly name?: string;
}

/** What a refused request was for, by its headers. */
export function claimedTarget(request: object): Partial<RequestTarget> {
  const { method, name } = claimedCall(request);
  const kind = method === undefined ? undefined : methodNamed(method)?.target?.kind;
  return { method, kind: kind === 'reference' || kind === 'task' ? undefined : kind, name };
}

/** @param params as the client sent them; unchecked */
export function requestTarget(
  registry: McpRegistry,
  method: string,
  params: Readonly<Record<string, unknown>>,
): RequestTarget {
  const known = methodNamed(method);
  if (!known) return { method: UNKNOWN };
  if (!known.target) return { method };
  const { kind, param } = known.target;
  const value = params[param];
  switch (kind) {
    case 'tool':
      return { method, kind, name: nameIn(registry.toolMap, value) };
    case 'prompt':
      return { method, kind, name: nameIn(registry.promptMap, value) };
    case 'resource':
      return { method, kind, name: templateOf(registry, value) };
    case 'task':
      return { method };
    case 'reference':
      return { method, ...referred(registry, value) };
  }
}

function nameIn(features: { get(name: string): unknown }, name: unknown): string {
  return typeof name === 'string' && features.get(name) !== undefined ? name : UNKNOWN;
}

function templateOf(registry: McpRegistry, uri: unknown): string {
  if (typeof uri !== 'string' || uri.length > MAX_URI_LENGTH) return UNKNOWN;
  if (KeptResults.hasUri(uri)) return KeptResults.TEMPLATE;
  return findResource(registry, uri)?.resource.definition.uri ?? UNKNOWN;
}

function referred(registry: McpRegistry, reference: unknown): Pick<RequestTarget, 'kind' | 'name'> {
  const { type, name, uri } = (reference ?? {}) as { type?: unknown; name?: unknown; uri?: unknown };
  return type === 'ref/resource'
    ? { kind: 'resource', name: nameIn(registry.resourceMap, uri) }
    : { kind: 'prompt', name: nameIn(registry.promptMap, name) };
}
