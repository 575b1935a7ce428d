import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredResource } from '../discovery/registered-feature.js';
import type { UriVariables } from '../discovery/uri-template.js';
import { normalUri } from '../model/normal-uri.js';

/** What servers commonly accept. */
export const MAX_URI_LENGTH = 8 * 1024;

/** No URI has them but encoded. */
const CONTROLS = /\p{Cc}/u;

/** A resource, and the values of its template's variables. */
export interface FoundResource {
  readonly resource: RegisteredResource;
  readonly variables: Readonly<UriVariables>;
}

/**
 * The resource that a URI belongs to: the one of this very URI, however it is spelled, else the first whose template
 * matches it. It is the same for everyone, so that what is hidden cannot be read by way of a template that is not.
 */
export function findResource({ resourceMap }: McpRegistry, uri: string): FoundResource | undefined {
  if (CONTROLS.test(uri)) return undefined;
  const normal = normalUri(uri);
  const fixed = resourceMap.get(normal);
  if (fixed) return { resource: fixed, variables: {} };
  for (const resource of resourceMap.values()) {
    const variables = resource.template?.match(uri);
    if (!variables) continue;
    // To a template that takes any query, the URI of a fixed resource with a query is the same as without.
    const bare = resource.template!.hasQuery ? resourceMap.get(normal.split('?', 1)[0]!) : undefined;
    return bare ? { resource: bare, variables: {} } : { resource, variables };
  }
  return undefined;
}
