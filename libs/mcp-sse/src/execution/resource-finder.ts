import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredResource } from '../discovery/registered-feature.js';

/** What servers commonly accept. Templates with several variables are not matched in linear time. */
export const MAX_URI_LENGTH = 8 * 1024;

/** A resource, and the values of its template's variables. */
export interface FoundResource {
  readonly resource: RegisteredResource;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The resource that a URI belongs to: the one of this very URI, else the first whose template matches it. It is the
 * same for everyone, so that what is hidden cannot be read by way of a template that is not.
 */
export function findResource({ resourceMap }: McpRegistry, uri: string): FoundResource | undefined {
  const fixed = resourceMap.get(uri);
  if (fixed && !fixed.template) return { resource: fixed, variables: {} };
  for (const resource of resourceMap.values()) {
    const variables = resource.template?.match(uri);
    if (variables) return { resource, variables: decoded(variables as Record<string, string>) };
  }
  return undefined;
}

function decoded(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
