import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredResource } from '../discovery/registered-feature.js';
import type { UriVariables } from '../discovery/uri-template.js';
import { normalUri } from '../model/normal-uri.js';

/** URIs contain control characters only percent-encoded. */
const CONTROLS = /\p{Cc}/u;

/** A resource, and the values of its template's variables. */
export interface FoundResource {
  readonly resource: RegisteredResource;
  readonly variables: Readonly<UriVariables>;
}

/**
 * The resource of a URI: the one with this URI in any spelling, else the first whose template matches. Every principal
 * gets the same one, so that a hidden resource cannot be read through a visible template.
 */
export function findResource({ resourceMap }: McpRegistry, uri: string): FoundResource | undefined {
  if (CONTROLS.test(uri)) return undefined;
  const normal = normalUri(uri);
  const fixed = resourceMap.get(normal);
  if (fixed) return { resource: fixed, variables: {} };
  for (const resource of resourceMap.values()) {
    const variables = resource.template?.match(uri);
    if (!variables) continue;
    // Such a template would also match the URI of a fixed resource with a query added.
    const bare = resource.template!.hasQuery ? resourceMap.get(normal.split('?', 1)[0]!) : undefined;
    return bare ? { resource: bare, variables: {} } : { resource, variables };
  }
  return undefined;
}
